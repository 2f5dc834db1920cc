package dev.heliograph.loadtest.chaos.report;

import dev.heliograph.loadtest.chaos.history.HistoryEvent;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Handled;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Invoke;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Ok;
import dev.heliograph.loadtest.chaos.history.HistoryFiles;
import dev.heliograph.loadtest.chaos.history.HistoryJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * A run second by second: what was acknowledged, what handlers finished, and how long that took
 * from the first call.
 */
public final class Timeline {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MS = 1_000_000L;

    /** Beyond this everything looks the same in a plot. */
    private static final long MAX_LATENCY_MS = 600_000;

    private static final int SIGNIFICANT_DIGITS = 2;

    private final long began;
    private final List<Second> seconds = new ArrayList<>();
    /* By op: when it was first called; 0 for one that is not known. */
    private long[] called = new long[1 << 16];

    /**
     * One second.
     *
     * @param p50Ms of what handlers finished in it; 0 when they finished nothing
     */
    public record Point(long acknowledged, long delivered, long p50Ms, long p99Ms, long maxMs) {}

    private static final class Second {
        private long acknowledged;
        private final Histogram latency = new Histogram(MAX_LATENCY_MS, SIGNIFICANT_DIGITS);
    }

    private Timeline(long began, long ended) {
        this.began = began;
        long length = (ended - began) / NANOS_PER_SECOND + 1;
        for (long i = 0; i < length; i++) {
            seconds.add(new Second());
        }
    }

    /** Reads a history; what lies outside the times is left out. */
    public static List<Point> read(Path history, long began, long ended) throws IOException {
        Timeline timeline = new Timeline(began, ended);
        List<Path> files = HistoryFiles.in(history);
        // Calls first: handlers are measured from them.
        for (Path file : files) {
            each(file, List.of("{\"e\":\"invoke\"", "{\"e\":\"ok\""), timeline::takeCall);
        }
        for (Path file : files) {
            each(file, List.of("{\"e\":\"handled\""), timeline::takeHandled);
        }
        return timeline.seconds.stream().map(Timeline::point).toList();
    }

    private static void each(Path file, List<String> kinds, Consumer<HistoryEvent> taker)
            throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (kinds.stream().anyMatch(line::startsWith) && line.endsWith("}")) {
                    taker.accept(HistoryJson.parse(line));
                }
            }
        }
    }

    private void takeCall(HistoryEvent event) {
        if (event instanceof Invoke invoke && invoke.attempt() == 1) {
            int op = (int) invoke.op();
            if (op >= called.length) {
                called = Arrays.copyOf(called, Math.max(op + 1, 2 * called.length));
            }
            called[op] = invoke.t();
        } else if (event instanceof Ok ok && covers(ok.t())) {
            second(ok.t()).acknowledged += ok.stored().size();
        }
    }

    private void takeHandled(HistoryEvent event) {
        if (event instanceof Handled handled
                && covers(handled.t())
                && handled.op() < called.length
                && called[(int) handled.op()] != 0) {
            long ms = (handled.t() - called[(int) handled.op()]) / NANOS_PER_MS;
            second(handled.t()).latency.recordValue(Math.clamp(ms, 0, MAX_LATENCY_MS));
        }
    }

    private boolean covers(long t) {
        return t >= began && (t - began) / NANOS_PER_SECOND < seconds.size();
    }

    private Second second(long t) {
        return seconds.get((int) ((t - began) / NANOS_PER_SECOND));
    }

    private static Point point(Second second) {
        Histogram latency = second.latency;
        return new Point(
                second.acknowledged,
                latency.getTotalCount(),
                latency.getValueAtPercentile(50),
                latency.getValueAtPercentile(99),
                latency.getMaxValue());
    }

    /** Figures of a run by second, as arrays for JSON. */
    static Map<String, List<Long>> arrays(List<Point> points) {
        Map<String, List<Long>> arrays = new HashMap<>();
        arrays.put("acknowledged", points.stream().map(Point::acknowledged).toList());
        arrays.put("delivered", points.stream().map(Point::delivered).toList());
        arrays.put("p50_ms", points.stream().map(Point::p50Ms).toList());
        arrays.put("p99_ms", points.stream().map(Point::p99Ms).toList());
        return arrays;
    }
}
