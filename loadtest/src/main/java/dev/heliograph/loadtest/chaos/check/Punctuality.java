package dev.heliograph.loadtest.chaos.check;

import java.util.HashMap;
import java.util.Map;

/**
 * Whether notifications come at once where nothing is wrong. What was stored in calm, to a device
 * that stayed subscribed, has to come within seconds. A single internal loss may take a minute to
 * be found and repaired; when more than a few in a thousand come late, what should push them does
 * not, and the repair hides it.
 */
final class Punctuality {

    /** Far above what a busy machine does to a push, far below the period of repairs. */
    private static final long LATE_NANOS = 5_000_000_000L;

    /** After a fault or a reconnect things may take this long to be as before. */
    private static final long SETTLING_NANOS = 3_000_000_000L;

    /** Within this any internal loss is found and repaired. */
    private static final long REPAIR_NANOS = 60_000_000_000L;

    /**
     * One channel between two repairs, in a run with dozens of channels, is less than this part.
     */
    private static final double TOLERATED_PART = 0.01;

    /** Fewer say nothing of a pattern. */
    private static final int PATTERN = 20;

    private final Faults faults;
    private final Findings findings;
    private final Map<ChannelView, Long> disturbed = new HashMap<>();
    private long calm;
    private long late;
    private long firstLate;

    Punctuality(Faults faults, Findings findings) {
        this.faults = faults;
        this.findings = findings;
    }

    /** The connection was lost, a subscription begins, or the device leaves it. */
    void disturbed(ChannelView view, long t) {
        disturbed.put(view, t);
    }

    /** A notification came for the first time on a connection in use. */
    void got(ChannelView view, Entry entry, long t, long at) {
        long since = entry.storedBy;
        boolean steady =
                disturbed.getOrDefault(view, Long.MIN_VALUE) < since - SETTLING_NANOS
                        && faults.calmIn(since - SETTLING_NANOS, Math.min(t, since + LATE_NANOS));
        if (!steady) {
            return;
        }
        calm++;
        if (t - since > LATE_NANOS) {
            late++;
            firstLate = firstLate == 0 ? at : firstLate;
            if (t - since > REPAIR_NANOS && faults.calmIn(since, t)) {
                findings.add(
                        FindingKind.LATE,
                        view,
                        "Came %d s after it was stored, with nothing wrong meanwhile: %s"
                                .formatted((t - since) / 1_000_000_000L, entry.shown()),
                        entry.evidence(at));
            }
        }
    }

    /** Deliveries of what was stored in calm. */
    long calm() {
        return calm;
    }

    /** Of these, late. */
    long late() {
        return late;
    }

    void finish() {
        if (late >= PATTERN && late > calm * TOLERATED_PART) {
            findings.add(
                    FindingKind.LATE,
                    "",
                    "",
                    "Of %,d deliveries with nothing wrong, %,d came only after more than %d s"
                            .formatted(calm, late, LATE_NANOS / 1_000_000_000L),
                    firstLate);
        }
    }
}
