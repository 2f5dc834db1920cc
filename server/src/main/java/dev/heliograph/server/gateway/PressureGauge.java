package dev.heliograph.server.gateway;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides from pressures in which tier a gateway is: up when two samples in a row say so, down one
 * tier at a time and later. Has no clock. Not safe for use by several threads.
 */
final class PressureGauge {

    /** A tier is left this far below where it begins, so that it does not flutter around that. */
    static final double MARGIN = 0.25;

    /**
     * A tier lasts at least so long: what leaving it releases shows in the measures by then, as the
     * scheduler's p99 covers ten seconds.
     */
    static final long DWELL_MS = 5_000;

    /**
     * Nobody is let in for at most so long: what presses on a node whose devices have left it is
     * over by then, so that a measure that is still high is wrong, or has another reason than
     * devices. It counts for the second tier at most until it was lower.
     */
    static final long LONGEST_CLOSED_MS = 300_000;

    /** A change, and the pressure that is the highest. */
    record Change(int from, int to, Pressure highest) {}

    private final Map<Pressure, Double> pressures = new EnumMap<>(Pressure.class);
    private final Set<Pressure> distrusted = EnumSet.noneOf(Pressure.class);
    private int tier;
    private int before;
    private long sinceMs;

    /** Takes a sample. */
    Optional<Change> sample(long nowMs, Map<Pressure, Double> inTiers) {
        if (tier == Pressure.TIERS && nowMs - sinceMs >= LONGEST_CLOSED_MS) {
            inTiers.forEach((what, value) -> ifHigh(value, () -> distrusted.add(what)));
        }
        Pressure highest = Pressure.SCHEDULER;
        for (Pressure each : Pressure.values()) {
            double value = inTiers.getOrDefault(each, 0.0);
            if (value < Pressure.TIERS - MARGIN) {
                distrusted.remove(each);
            }
            pressures.put(each, distrusted.contains(each) ? Math.min(value, 2) : value);
            highest = pressures.get(each) > pressures.get(highest) ? each : highest;
        }
        double pressure = pressures.get(highest);
        int now = (int) pressure;
        int confirmed = Math.min(before, now);
        before = now;
        int next = tier;
        if (confirmed > tier) {
            next = confirmed;
        } else if (pressure < tier - MARGIN && nowMs - sinceMs >= DWELL_MS) {
            next = tier - 1;
        }
        if (next == tier) {
            return Optional.empty();
        }
        Change change = new Change(tier, next, highest);
        tier = next;
        sinceMs = nowMs;
        return Optional.of(change);
    }

    private static void ifHigh(double value, Runnable then) {
        if (value >= Pressure.TIERS - MARGIN) {
            then.run();
        }
    }

    /** The pressures of the last sample that do not count for the third tier. */
    Set<Pressure> distrusted() {
        return Set.copyOf(distrusted);
    }
}
