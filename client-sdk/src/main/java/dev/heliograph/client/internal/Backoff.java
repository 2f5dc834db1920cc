package dev.heliograph.client.internal;

import java.util.function.DoubleSupplier;

/**
 * Full-jitter exponential backoff (G-3): attempt n waits a random time between 0 and {@code
 * min(cap, base * 2^n)}, and at least {@code floor}.
 *
 * @param baseMs what attempt 0 waits at most
 * @param capMs what any attempt waits at most
 * @param floorMs what any attempt waits at least
 */
public record Backoff(long baseMs, long capMs, long floorMs) {

    /** What G-3 asks of devices: quick after a blip, and a thundering herd is spread over 20 s. */
    public static final Backoff DEVICE = new Backoff(500, 20_000, 100);

    /* 2^30 * base is beyond any cap and within a long. */
    private static final int MAX_EXPONENT = 30;

    /** Refuses times that make no sense. */
    public Backoff {
        if (floorMs < 0 || baseMs < 1 || capMs < baseMs || capMs < floorMs) {
            throw new IllegalArgumentException(
                    "Backoff needs 1 <= base <= cap and 0 <= floor <= cap, but base is %d, cap %d, floor %d ms"
                            .formatted(baseMs, capMs, floorMs));
        }
    }

    /**
     * How long to wait before an attempt.
     *
     * @param attempt 0 for the first
     * @param random yields values in [0, 1)
     */
    public long delayMs(int attempt, DoubleSupplier random) {
        long bound = Math.min(capMs, baseMs << Math.min(attempt, MAX_EXPONENT));
        return Math.max(floorMs, (long) (random.getAsDouble() * bound));
    }
}
