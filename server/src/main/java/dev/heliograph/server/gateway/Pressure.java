package dev.heliograph.server.gateway;

import java.util.Locale;

/**
 * What presses on a gateway, and how much of it begins each tier. So all of them are measured in
 * tiers: 1.5 is half-way from what begins the first to what begins the second.
 */
enum Pressure {
    /**
     * How late a virtual thread runs, p99, as a share of what devices wait for an attempt to
     * connect: at the whole of it those who are let in have gone. A hundredth, 200 ms, is twenty
     * times what a notification may take in all. A machine that others keep busy is late too, so
     * the door closes last for this.
     */
    SCHEDULER(0.01, 0.05, 1),
    /**
     * Bytes in outboxes per connection, as a share of an outbox' soft limit: a quarter means that a
     * quarter of the devices get no more live, or all are on their way there.
     */
    OUTBOUND(0.25, 0.5, 0.75),
    /**
     * Connections, as a share of the most: one that is nine tenths full has no room for its
     * neighbour's devices. Never begins the third: the limit refuses by itself, and lets in as soon
     * as there is room.
     */
    CONNECTIONS(0.9, 1, Double.POSITIVE_INFINITY),
    /**
     * The heap after a collection, as a share of what may be: at the whole of it little is left for
     * what comes and goes, and collections follow each other.
     */
    HEAP(0.8, 0.9, 1),
    /**
     * Age of the oldest entry in a mailbox, in seconds: one is a thousand times what reading takes.
     * Never begins the third: fewer devices would not make it faster, and the age is a difference
     * of two machines' clocks.
     */
    MAILBOX(1, 3, Double.POSITIVE_INFINITY);

    /** How many tiers there are above normal. */
    static final int TIERS = 3;

    private final double[] begin;

    Pressure(double first, double second, double third) {
        this.begin = new double[] {0, first, second, third};
    }

    /** Its name in metrics and logs. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** A measured value in tiers, 0 to 3; 0 for what cannot be a value. */
    double inTiers(double value) {
        if (Double.isNaN(value) || value <= 0) {
            return 0;
        }
        for (int tier = 1; tier <= TIERS; tier++) {
            if (value < begin[tier]) {
                return tier - 1 + (value - begin[tier - 1]) / (begin[tier] - begin[tier - 1]);
            }
        }
        return TIERS;
    }
}
