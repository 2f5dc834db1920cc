package dev.heliograph.loadtest.report;

import dev.heliograph.loadtest.measure.Figure;
import dev.heliograph.loadtest.measure.Figure.Better;
import dev.heliograph.loadtest.peer.Peer.Ability;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Systems side by side. Each figure is the median of its rounds; a ratio is that of the other
 * system to the first, of the same round, with its least and its greatest.
 */
public final class Comparison {

    /**
     * One figure of one phase.
     *
     * @param cells one for each system, in order
     */
    public record Row(String scenario, String phase, Figure figure, List<Cell> cells) {
        /** Keeps a copy. */
        public Row {
            cells = List.copyOf(cells);
        }
    }

    /**
     * What one system has.
     *
     * @param median over rounds; NaN when there is none
     * @param ratio to the first system, median, least and greatest; empty when there is none
     */
    public record Cell(double median, Optional<Ratio> ratio) {}

    /** Of a round each. */
    public record Ratio(double median, double least, double greatest) {
        @Override
        public String toString() {
            return least == greatest
                    ? String.format(Locale.ROOT, "%.2f×", median)
                    : String.format(Locale.ROOT, "%.2f× (%.2f–%.2f)", median, least, greatest);
        }
    }

    private final List<Result> results;
    private final List<String> peers;

    /** Of all results of a campaign, in the order in which they came. */
    public Comparison(List<Result> results) {
        this.results = List.copyOf(results);
        this.peers = results.stream().map(Result::peer).distinct().toList();
    }

    /** The systems, in order. */
    public List<String> peers() {
        return peers;
    }

    /** What a system does not do. */
    public Set<Ability> lacks(String peer) {
        Set<Ability> all = new LinkedHashSet<>(Arrays.asList(Ability.values()));
        results.stream()
                .filter(result -> result.peer().equals(peer))
                .findFirst()
                .ifPresent(result -> all.removeAll(result.abilities()));
        return all;
    }

    /** Runs that failed: whose and why. */
    public List<String> failures() {
        return results.stream()
                .filter(result -> !result.passed())
                .map(
                        result ->
                                "%s in %s: %s"
                                        .formatted(
                                                result.peer(),
                                                result.scenario(),
                                                String.join("; ", result.problems())))
                .toList();
    }

    /** Figures of which one can be better than another. */
    public List<Row> rows() {
        return everything().stream()
                .filter(
                        row ->
                                row.figure().better() != Better.NEITHER
                                        || row.figure() == Figure.DELIVERED)
                .toList();
    }

    /** Every figure that at least one system has. */
    public List<Row> everything() {
        List<Row> rows = new ArrayList<>();
        for (String scenario : distinct(results.stream().map(Result::scenario))) {
            Stream<String> phases =
                    results.stream()
                            .filter(result -> result.scenario().equals(scenario))
                            .flatMap(result -> result.phases().stream())
                            .map(Phase::name);
            for (String phase : distinct(phases)) {
                for (Figure figure : Figure.values()) {
                    row(scenario, phase, figure).ifPresent(rows::add);
                }
            }
        }
        return rows;
    }

    private Optional<Row> row(String scenario, String phase, Figure figure) {
        List<List<Double>> byPeer =
                peers.stream().map(peer -> values(scenario, peer, phase, figure)).toList();
        if (byPeer.stream().allMatch(rounds -> rounds.stream().allMatch(it -> it.isNaN()))) {
            return Optional.empty();
        }
        List<Cell> cells = new ArrayList<>();
        for (int peer = 0; peer < peers.size(); peer++) {
            List<Double> own = byPeer.get(peer);
            cells.add(
                    new Cell(
                            median(own),
                            peer == 0 || figure.better() == Better.NEITHER
                                    ? Optional.empty()
                                    : ratio(own, byPeer.getFirst())));
        }
        return Optional.of(new Row(scenario, phase, figure, cells));
    }

    /** One value for each round; NaN where there is none. */
    private List<Double> values(String scenario, String peer, String phase, Figure figure) {
        return results.stream()
                .filter(result -> result.scenario().equals(scenario) && result.peer().equals(peer))
                .map(
                        result ->
                                result.phase(phase)
                                        .map(it -> it.figures().get(figure))
                                        .orElse(Double.NaN))
                .toList();
    }

    private static Optional<Ratio> ratio(List<Double> own, List<Double> first) {
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < Math.min(own.size(), first.size()); round++) {
            double ratio = own.get(round) / first.get(round);
            if (Double.isFinite(ratio) && ratio > 0) {
                ratios.add(ratio);
            }
        }
        return ratios.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Ratio(
                                median(ratios),
                                ratios.stream().mapToDouble(it -> it).min().orElseThrow(),
                                ratios.stream().mapToDouble(it -> it).max().orElseThrow()));
    }

    private static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(it -> it).filter(it -> !Double.isNaN(it)).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static List<String> distinct(Stream<String> names) {
        return names.collect(Collectors.toCollection(LinkedHashSet::new)).stream().toList();
    }
}
