package dev.heliograph.loadtest.chaos.fault;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long something may take, in seconds. */
public record Span(double shortest, double longest) {

    /** Some time between. */
    public Duration draw(RandomGenerator random) {
        double seconds = shortest + random.nextDouble() * (longest - shortest);
        return Duration.ofMillis((long) (1_000 * seconds));
    }
}
