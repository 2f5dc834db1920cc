package dev.heliograph.server.gateway;

/** How fast a gateway does what it does by itself. */
record Paces(AntiEntropy.Pace antiEntropy, Rebalance.Pace rebalance) {

    static final Paces DEFAULT = new Paces(AntiEntropy.Pace.DEFAULT, Rebalance.Pace.DEFAULT);
}
