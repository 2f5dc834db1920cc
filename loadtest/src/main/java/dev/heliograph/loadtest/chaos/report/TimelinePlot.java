package dev.heliograph.loadtest.chaos.report;

import dev.heliograph.loadtest.chaos.report.RunReport.ReportedFault;
import dev.heliograph.loadtest.chaos.report.Timeline.Point;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * Rate, latency and faults over the time of a run, one below the other: a fault shades what
 * happened while it acted.
 */
final class TimelinePlot {

    private static final int WIDTH = 1_120;
    private static final int LEFT = 76;
    private static final int RIGHT = WIDTH - 12;

    private static final int RATE_TOP = 26;
    private static final int RATE_BOTTOM = 186;
    private static final int LATENCY_TOP = 232;
    private static final int LATENCY_BOTTOM = 392;
    private static final int LANES_TOP = 436;
    private static final int LANE_HEIGHT = 22;

    private static final int TICKS = 10;
    private static final List<Integer> TICK_SECONDS =
            List.of(5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400);

    /** From 1 ms to 100 s, in decades. */
    private static final int DECADES = 5;

    private final List<Point> points;
    private final List<ReportedFault> faults;
    private final List<String> lanes;
    private final int height;
    private final Plot plot;

    private TimelinePlot(List<Point> points, List<ReportedFault> faults) {
        this.points = points;
        this.faults = faults;
        this.lanes = faults.stream().map(ReportedFault::part).distinct().sorted().toList();
        this.height = LANES_TOP + LANE_HEIGHT * Math.max(1, lanes.size()) + 28;
        this.plot = new Plot(WIDTH, height, "Rate, latency and faults over time");
    }

    static String of(RunReport report) {
        return new TimelinePlot(report.timeline(), report.faults()).draw();
    }

    private String draw() {
        int lanesBottom = height - 28;
        for (ReportedFault fault : faults) {
            double x = x(fault.beginS());
            double width = Math.max(1, x(fault.endS()) - x);
            plot.box(x, RATE_TOP, width, RATE_BOTTOM - RATE_TOP, "shade", says(fault));
            plot.box(x, LATENCY_TOP, width, LATENCY_BOTTOM - LATENCY_TOP, "shade", says(fault));
        }
        rate();
        latency();
        for (int lane = 0; lane < lanes.size(); lane++) {
            double y = LANES_TOP + (double) lane * LANE_HEIGHT;
            plot.text(LEFT - 8, y + 16, "label end", lanes.get(lane));
            plot.line(LEFT, y + LANE_HEIGHT, RIGHT, y + LANE_HEIGHT, "grid");
        }
        for (ReportedFault fault : faults) {
            double x = x(fault.beginS());
            double y = LANES_TOP + (double) lanes.indexOf(fault.part()) * LANE_HEIGHT + 4;
            plot.box(x, y, Math.max(3, x(fault.endS()) - x), LANE_HEIGHT - 8, "fault", says(fault));
        }
        plot.text(LEFT, LANES_TOP - 10, "title", "Faults, until all was there again");
        int step = step();
        for (int second = 0; second < points.size(); second += step) {
            plot.line(x(second), lanesBottom, x(second), lanesBottom + 5, "axis");
            plot.text(x(second), lanesBottom + 20, "label middle", clock(second));
        }
        return plot.done();
    }

    private void rate() {
        double most =
                points.stream()
                        .mapToDouble(point -> Math.max(point.delivered(), point.acknowledged()))
                        .max()
                        .orElse(1);
        double top = Math.max(10, nice(most));
        ToDoubleFunction<Long> y = value -> RATE_BOTTOM - value / top * (RATE_BOTTOM - RATE_TOP);
        for (int i = 0; i <= 2; i++) {
            double value = top * i / 2;
            plot.line(
                    LEFT,
                    y.applyAsDouble((long) value),
                    RIGHT,
                    y.applyAsDouble((long) value),
                    "grid");
            plot.text(
                    LEFT - 8,
                    y.applyAsDouble((long) value) + 4,
                    "label end",
                    "%,.0f".formatted(value));
        }
        String delivered = path(Point::delivered, y, false);
        plot.path(
                delivered
                        + "L%d,%dL%d,%dZ"
                                .formatted(
                                        (int) x(points.size() - 1.0),
                                        RATE_BOTTOM,
                                        LEFT,
                                        RATE_BOTTOM),
                "area");
        plot.path(delivered, "delivered");
        plot.path(path(Point::acknowledged, y, false), "acknowledged");
        plot.legend(
                LEFT,
                RATE_TOP - 10,
                "Per second",
                "delivered-text",
                "delivered to handlers",
                "acknowledged-text",
                "acknowledged to backends");
    }

    private void latency() {
        ToDoubleFunction<Long> y =
                ms ->
                        LATENCY_BOTTOM
                                - Math.clamp(Math.log10(Math.max(1, ms)), 0, DECADES)
                                        / DECADES
                                        * (LATENCY_BOTTOM - LATENCY_TOP);
        List<String> labels = List.of("1 ms", "10 ms", "100 ms", "1 s", "10 s", "100 s");
        for (int decade = 0; decade <= DECADES; decade++) {
            double at = y.applyAsDouble((long) Math.pow(10, decade));
            plot.line(LEFT, at, RIGHT, at, "grid");
            plot.text(LEFT - 8, at + 4, "label end", labels.get(decade));
        }
        plot.path(path(Point::p99Ms, y, true), "p99");
        plot.path(path(Point::p50Ms, y, true), "p50");
        plot.legend(
                LEFT,
                LATENCY_TOP - 10,
                "From the first call to the handler",
                "p50-text",
                "median",
                "p99-text",
                "99 %");
    }

    /** Where nothing was delivered there is no latency, and no line. */
    private String path(
            ToLongFunction<Point> value, ToDoubleFunction<Long> y, boolean onlyDeliveries) {
        StringBuilder path = new StringBuilder();
        boolean broken = true;
        for (int i = 0; i < points.size(); i++) {
            if (onlyDeliveries && points.get(i).delivered() == 0) {
                broken = true;
                continue;
            }
            path.append(
                    String.format(
                            Locale.ROOT,
                            "%s%.1f,%.1f",
                            broken ? "M" : "L",
                            x(i),
                            y.applyAsDouble(value.applyAsLong(points.get(i)))));
            broken = false;
        }
        return path.toString();
    }

    private double x(double second) {
        double length = Math.max(1, points.size() - 1.0);
        return LEFT + Math.clamp(second / length, 0, 1) * (RIGHT - LEFT);
    }

    private int step() {
        return TICK_SECONDS.stream()
                .filter(seconds -> points.size() / seconds <= TICKS)
                .findFirst()
                .orElse(TICK_SECONDS.getLast());
    }

    /** The next of 1, 2 and 5 times a power of ten. */
    private static double nice(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(1, value))));
        for (int factor : List.of(1, 2, 5)) {
            if (value <= factor * power) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    private static String clock(int second) {
        return "%d:%02d".formatted(second / 60, second % 60);
    }

    private static String says(ReportedFault fault) {
        return String.format(
                Locale.ROOT,
                "%s on %s at %s for %.1f s",
                fault.kind(),
                fault.target(),
                clock((int) fault.beginS()),
                fault.endS() - fault.beginS());
    }
}
