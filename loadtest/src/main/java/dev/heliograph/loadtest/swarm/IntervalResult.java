package dev.heliograph.loadtest.swarm;

import org.HdrHistogram.Histogram;

/**
 * What happened between {@link Swarm#begin} and {@link Swarm#end}. All histograms are in
 * microseconds.
 *
 * @param seconds how long it was
 * @param counts of the interval
 * @param latency from the time when a payload was meant to be sent until a device had it; only of
 *     payloads that were meant to be sent within the interval, each counted once a device. Only as
 *     true as the clocks of sender and swarm agree, when they are on two machines
 * @param connect from the first byte of a connection until the device was ready
 * @param away from the end of a connection until the device was ready again
 * @param lag how late the event loops were
 */
public record IntervalResult(
        double seconds,
        Snapshot counts,
        Histogram latency,
        Histogram connect,
        Histogram away,
        Histogram lag) {

    /**
     * Lag beyond which the swarm distorts what it measures. Its p99 belongs well below the
     * latencies of interest, which are tens of milliseconds on a loaded machine.
     */
    public static final long MAX_LAG_MICROS = 10_000;

    private static final double LAG_PERCENTILE = 99;

    /** Whether the swarm itself was so late that the latencies are its own. */
    public boolean isSwarmTheBottleneck() {
        return lag.getValueAtPercentile(LAG_PERCENTILE) > MAX_LAG_MICROS;
    }

    /** One sentence about the swarm's own lag. */
    public String lagVerdict() {
        return "The swarm's event loops were %.1f ms late at p99, %.1f ms at most%s"
                .formatted(
                        lag.getValueAtPercentile(LAG_PERCENTILE) / 1e3,
                        lag.getMaxValue() / 1e3,
                        isSwarmTheBottleneck()
                                ? ": the swarm itself was the bottleneck, and latencies are its own"
                                : "");
    }
}
