package dev.heliograph.loadtest.scenario;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether a figure grows in the second half of a run. In the first half caches fill and compilers
 * work.
 */
final class Trend {

    /** Growth over the half that is more than noise: readings of a quiet system vary by less. */
    private static final double NOISE = 0.15;

    private static final int SECONDS_PER_MINUTE = 60;

    private final double slack;

    /**
     * Of a figure.
     *
     * @param slack growth that means nothing whatever the figure's size: a small process is never
     *     quite still
     */
    Trend(double slack) {
        this.slack = slack;
    }

    private record Reading(double second, double value) {}

    private final List<Reading> readings = new ArrayList<>();

    void add(double second, double value) {
        readings.add(new Reading(second, value));
    }

    /** The slope of the line that fits the second half best. */
    double perMinute() {
        List<Reading> half = half();
        double meanX = half.stream().mapToDouble(Reading::second).average().orElse(0);
        double meanY = half.stream().mapToDouble(Reading::value).average().orElse(0);
        double xy = 0;
        double xx = 0;
        for (Reading reading : half) {
            xy += (reading.second() - meanX) * (reading.value() - meanY);
            xx += (reading.second() - meanX) * (reading.second() - meanX);
        }
        return xx == 0 ? 0 : xy / xx * SECONDS_PER_MINUTE;
    }

    /** Where the line is in the middle of the run. */
    double begin() {
        return at(half().getFirst().second());
    }

    /** Where the line is at the end. */
    double end() {
        return at(half().getLast().second());
    }

    /** Whether it grew by more than noise. */
    boolean rises() {
        return readings.size() > 2 && end() > begin() * (1 + NOISE) + slack;
    }

    private double at(double second) {
        List<Reading> half = half();
        double meanX = half.stream().mapToDouble(Reading::second).average().orElse(0);
        double meanY = half.stream().mapToDouble(Reading::value).average().orElse(0);
        return meanY + perMinute() / SECONDS_PER_MINUTE * (second - meanX);
    }

    private List<Reading> half() {
        return readings.isEmpty()
                ? List.of(new Reading(0, 0))
                : readings.subList(readings.size() / 2, readings.size());
    }
}
