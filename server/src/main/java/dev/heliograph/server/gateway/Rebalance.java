package dev.heliograph.server.gateway;

import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * Decides how many devices a gateway asks to move because it holds many more than the others. Knows
 * neither clock nor Redis. Owned by one thread at a time.
 */
final class Rebalance {

    /** A gateway this far above the mean begins to let devices go, until it is at the mean. */
    private static final double THRESHOLD = 1.2;

    /** Of its connections, a minute. */
    private static final double SHARE_PER_MINUTE = 0.01;

    private static final double MINUTE_MS = Duration.ofMinutes(1).toMillis();

    /**
     * How fast, which tests change.
     *
     * @param every how often gateways tell each other what they hold
     * @param quiet how long nothing moves after a gateway has come or gone: reconnects level much
     *     of it by themselves
     * @param leastSurplus fewer connections above the mean are not worth a reconnect
     * @param speed 1, or how many times faster than in the real world
     */
    record Pace(Duration every, Duration quiet, int leastSurplus, double speed) {
        static final Pace DEFAULT = new Pace(Duration.ofSeconds(30), Duration.ofMinutes(5), 100, 1);

        /** A gateway that was not heard of three times in a row is gone. */
        Duration life() {
            return every.multipliedBy(3);
        }
    }

    private final String self;
    private final Pace pace;
    private Set<String> gateways = Set.of();
    private long changedMs;
    private long lookedMs;
    private boolean moving;

    /** What may be moved and was not yet, a part of a device mostly. */
    private double credit;

    /**
     * @param self this gateway's name among the counts
     */
    Rebalance(String self, Pace pace) {
        this.self = self;
        this.pace = pace;
    }

    /**
     * How many devices to ask to move now.
     *
     * @param connections of each gateway
     * @param nowMs of a clock that never goes back
     */
    int surplus(Map<String, Integer> connections, long nowMs) {
        // After a time without Redis there is no more to catch up than this.
        long elapsedMs = Math.min(nowMs - lookedMs, 2 * pace.every().toMillis());
        lookedMs = nowMs;
        if (!connections.keySet().equals(gateways)) {
            gateways = Set.copyOf(connections.keySet());
            changedMs = nowMs;
            moving = false;
        }
        int own = connections.getOrDefault(self, 0);
        double mean = connections.values().stream().mapToInt(it -> it).average().orElse(0);
        int above = own - (int) Math.ceil(mean);
        boolean quiet = nowMs - changedMs < pace.quiet().toMillis();
        moving =
                !quiet
                        && (moving
                                ? above > 0
                                : own > THRESHOLD * mean && above >= pace.leastSurplus());
        if (!moving) {
            credit = 0;
            return 0;
        }
        credit += own * SHARE_PER_MINUTE * pace.speed() * elapsedMs / MINUTE_MS;
        int now = Math.min((int) credit, above);
        credit -= (int) credit;
        return now;
    }
}
