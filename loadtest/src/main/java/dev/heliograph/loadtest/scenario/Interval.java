package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.measure.Costs;
import dev.heliograph.loadtest.measure.Figure;
import dev.heliograph.loadtest.report.Phase;
import dev.heliograph.loadtest.swarm.IntervalResult;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** A stretch of a scenario that is measured: what it brings, and what it costs. */
final class Interval {

    /** What is told of latencies, in percent. */
    static final Map<Figure, Double> LATENCIES =
            Map.of(
                    Figure.P50, 50.0,
                    Figure.P99, 99.0,
                    Figure.P999, 99.9,
                    Figure.MAX, 100.0);

    private static final double MICROS_PER_MS = 1e3;

    private final String name;
    private final Rig rig;
    private final Costs costs;
    private final long sentBefore;
    private final long failedBefore;
    private final long began = System.nanoTime();

    /** It begins. */
    Interval(String name, Rig rig) throws Exception {
        this.name = name;
        this.rig = rig;
        rig.producer().callMicros();
        this.sentBefore = rig.producer().sent();
        this.failedBefore = rig.producer().failed();
        this.costs = Costs.begin(rig);
        rig.swarm().begin();
    }

    /** It ends, when all that it sent has come. */
    Phase end() throws Exception {
        // Sending is over; what comes after it has no part in the rate.
        double sending = (System.nanoTime() - began) / 1e9;
        rig.awaitDelivered();
        return end(sending);
    }

    /**
     * It ends now.
     *
     * @param sendingSeconds how long it was being sent
     */
    Phase end(double sendingSeconds) throws Exception {
        IntervalResult interval = rig.swarm().end();
        long sent = rig.producer().sent() - sentBefore;
        long delivered = interval.counts().received() - interval.counts().duplicates();
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        figures.putAll(costs.end(sent, delivered));
        figures.put(Figure.SENT, (double) sent);
        figures.put(Figure.FAILED, (double) (rig.producer().failed() - failedBefore));
        figures.put(Figure.DELIVERED, (double) delivered);
        figures.put(Figure.DUPLICATES, (double) interval.counts().duplicates());
        figures.put(Figure.HOLES, (double) interval.counts().holes());
        figures.put(Figure.UP, (double) interval.counts().ready());
        figures.put(Figure.SENT_PER_SECOND, sent / sendingSeconds);
        figures.put(Figure.DELIVERED_PER_SECOND, delivered / interval.seconds());
        putQuantiles(figures, interval.latency(), LATENCIES);
        putQuantiles(
                figures,
                rig.producer().callMicros(),
                Map.of(Figure.CALL_P50, 50.0, Figure.CALL_P99, 99.0));
        putQuantiles(
                figures,
                interval.away(),
                Map.of(Figure.AWAY_P50, 50.0, Figure.AWAY_P95, 95.0, Figure.AWAY_P99, 99.0));
        putQuantiles(figures, interval.lag(), Map.of(Figure.SWARM_LAG_P99, 99.0));
        rig.findings()
                .remark(
                        interval.isSwarmTheBottleneck(),
                        () -> "In %s: %s".formatted(name, interval.lagVerdict()));
        Phase phase = new Phase(name, figures, curve(interval.latency()));
        rig.findings().add(phase);
        return phase;
    }

    /** Puts quantiles of a histogram in µs, in ms; none of an empty one. */
    static void putQuantiles(
            Map<Figure, Double> figures, Histogram micros, Map<Figure, Double> quantiles) {
        if (micros.getTotalCount() > 0) {
            quantiles.forEach(
                    (figure, percent) ->
                            figures.put(
                                    figure, micros.getValueAtPercentile(percent) / MICROS_PER_MS));
        }
    }

    /** Latency in ms over percentiles. */
    static List<Phase.Percentile> curve(Histogram micros) {
        List<Phase.Percentile> curve = new ArrayList<>();
        if (micros.getTotalCount() > 0) {
            // Five steps for each halving of what is beyond: 50, 55, …, 75, …, 99.99.
            micros.percentiles(5)
                    .forEach(
                            it ->
                                    curve.add(
                                            new Phase.Percentile(
                                                    it.getPercentileLevelIteratedTo(),
                                                    it.getValueIteratedTo() / MICROS_PER_MS)));
        }
        return curve;
    }
}
