package dev.heliograph.loadtest.report;

import dev.heliograph.loadtest.measure.Figure;
import java.util.List;
import java.util.Map;

/**
 * What one part of a scenario yielded.
 *
 * @param name such as {@code unicast}
 * @param percentiles latency in ms over percentiles; empty when nothing was delivered
 */
public record Phase(String name, Map<Figure, Double> figures, List<Percentile> percentiles) {

    /**
     * A place on the latency curve.
     *
     * @param percent 0 to 100
     */
    public record Percentile(double percent, double ms) {}

    /** Keeps copies. */
    public Phase {
        figures = Map.copyOf(figures);
        percentiles = List.copyOf(percentiles);
    }

    /** A figure, or 0 when the phase has none. */
    public double figure(Figure figure) {
        return figures.getOrDefault(figure, 0.0);
    }
}
