package dev.heliograph.server.config;

import java.time.Duration;

/**
 * When a gateway saves what matters most.
 *
 * @param enabled whether it does at all
 * @param schedulerDelay how late a virtual thread may run, p99, before no new connection is let in;
 *     from a hundredth of it on LOW is delayed
 * @param heapPercent how much of the heap may be left by a collection before no new connection is
 *     let in; from four fifths of it on LOW is delayed
 */
public record DegradationConfig(boolean enabled, Duration schedulerDelay, int heapPercent) {

    static DegradationConfig read(ConfigReader reader) {
        return new DegradationConfig(
                reader.bool("gateway.degradation.enabled"),
                reader.duration(
                        "gateway.degradation.scheduler-delay",
                        Duration.ofMillis(10),
                        Duration.ofDays(1)),
                reader.integer("gateway.degradation.heap-percent", 1, 100));
    }
}
