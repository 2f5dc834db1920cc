package dev.heliograph.loadtest.chaos.report;

import dev.heliograph.loadtest.chaos.check.Verdict.Recovery;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Recovery times by kind of fault: from the median to the longest, over all faults of the kind. */
final class RecoveryPlot {

    private static final int WIDTH = 1_120;
    private static final int LEFT = 220;
    private static final int RIGHT = WIDTH - 70;
    private static final int TOP = 8;
    private static final int ROW = 22;

    /** From 10 ms to 100 s, in decades. */
    private static final int FIRST_DECADE = 1;

    private static final int DECADES = 4;
    private static final List<String> LABELS = List.of("10 ms", "100 ms", "1 s", "10 s", "100 s");

    private RecoveryPlot() {}

    private record Row(long p50Ms, long maxMs, int affected) {

        Row and(Row other) {
            return new Row(
                    Math.max(p50Ms, other.p50Ms),
                    Math.max(maxMs, other.maxMs),
                    affected + other.affected);
        }
    }

    static String of(RunReport report) {
        Map<String, Row> rows = new TreeMap<>();
        for (Recovery recovery : report.verdict().recoveries()) {
            if (recovery.affected() > 0) {
                rows.merge(
                        recovery.kind(),
                        new Row(recovery.p50Ms(), recovery.maxMs(), recovery.affected()),
                        Row::and);
            }
        }
        int bottom = TOP + ROW * Math.max(1, rows.size());
        Plot plot = new Plot(WIDTH, bottom + 28, "Recovery times by kind of fault");
        for (int i = 0; i <= DECADES; i++) {
            double x = LEFT + (double) i / DECADES * (RIGHT - LEFT);
            plot.line(x, TOP, x, bottom, "grid");
            plot.text(x, bottom + 18, "label middle", LABELS.get(i));
        }
        int row = 0;
        for (var each : rows.entrySet()) {
            double y = TOP + row * (double) ROW;
            Row times = each.getValue();
            double from = x(times.p50Ms);
            double to = x(times.maxMs);
            String says =
                    "%s: median %s, longest %s, %d channels of devices"
                            .formatted(
                                    each.getKey(),
                                    seconds(times.p50Ms),
                                    seconds(times.maxMs),
                                    times.affected);
            plot.text(LEFT - 10, y + 15, "label end", each.getKey());
            plot.box(from, y + 6, Math.max(3, to - from), ROW - 12, "fault", says);
            plot.box(from - 2, y + 3, 4, ROW - 6, "median", says);
            plot.text(Math.min(to, RIGHT) + 8, y + 15, "label", seconds(times.maxMs));
            row++;
        }
        return plot.done();
    }

    private static double x(long ms) {
        double decades = Math.log10(Math.max(1, ms)) - FIRST_DECADE;
        return LEFT + Math.clamp(decades / DECADES, 0, 1) * (RIGHT - LEFT);
    }

    static String seconds(long ms) {
        return String.format(Locale.ROOT, "%.1f s", ms / 1_000.0);
    }
}
