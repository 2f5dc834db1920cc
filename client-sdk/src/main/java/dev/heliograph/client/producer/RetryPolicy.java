package dev.heliograph.client.producer;

import dev.heliograph.client.internal.Backoff;
import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How calls are repeated that failed with UNAVAILABLE, RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED or
 * INTERNAL: with full jitter, never earlier than the server asks, and always with the same
 * idempotency key.
 *
 * @param attempts calls in all, at least 1
 * @param base what the first repeat waits at most
 * @param cap what any repeat waits at most, beyond what the server asks
 */
public record RetryPolicy(int attempts, Duration base, Duration cap) {

    /** Rides out a restart of a node or a failover of a few seconds: 5 attempts, 200 ms to 5 s. */
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(5, Duration.ofMillis(200), Duration.ofSeconds(5));

    /** Every call is made once. */
    public static final RetryPolicy NONE =
            new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1));

    /** Refuses what makes no sense. */
    public RetryPolicy {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts has to be at least 1, but is " + attempts);
        }
        backoff(base, cap);
    }

    /** Whether a failure after this many attempts is met with another. */
    boolean allowsAfter(int made) {
        return made < attempts;
    }

    /** Time to wait after this many attempts. */
    long delayMs(int made, Duration serverAsks, DoubleSupplier random) {
        return serverAsks.toMillis() + backoff(base, cap).delayMs(made - 1, random);
    }

    private static Backoff backoff(Duration base, Duration cap) {
        return new Backoff(base.toMillis(), cap.toMillis(), 0);
    }
}
