package dev.heliograph.loadtest.swarm;

import java.time.Duration;

/**
 * How fast devices come. The rate rises evenly.
 *
 * @param fromPerSecond at the beginning
 * @param toPerSecond at the end
 * @param patience how long the last ones may take, once all have been told to connect
 */
public record RampPlan(double fromPerSecond, double toPerSecond, Duration patience) {

    /** From 500 to 3,000 per second. */
    public static final RampPlan DEFAULT = new RampPlan(500, 3_000, Duration.ofSeconds(60));

    private static final double NANOS_PER_SECOND = 1e9;

    /** Checks them. */
    public RampPlan {
        if (fromPerSecond <= 0 || toPerSecond <= 0) {
            throw new IllegalArgumentException(
                    "A ramp from " + fromPerSecond + " to " + toPerSecond + " per second");
        }
    }

    /** How long it takes until all have been told to connect. */
    public Duration length(int count) {
        return Duration.ofNanos((long) (seconds(count) * NANOS_PER_SECOND));
    }

    /** How many of them are due after this time. */
    int due(int count, long elapsedNanos) {
        double seconds = elapsedNanos / NANOS_PER_SECOND;
        double all = seconds(count);
        if (seconds >= all) {
            return count;
        }
        double rise = (toPerSecond - fromPerSecond) / all;
        return (int) Math.min(count, (fromPerSecond + rise * seconds / 2) * seconds);
    }

    /** The part of it that one of several processes takes. */
    RampPlan share(int parts) {
        return new RampPlan(fromPerSecond / parts, toPerSecond / parts, patience);
    }

    private double seconds(int count) {
        return 2.0 * count / (fromPerSecond + toPerSecond);
    }
}
