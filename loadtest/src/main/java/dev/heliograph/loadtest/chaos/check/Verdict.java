package dev.heliograph.loadtest.chaos.check;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a history shows.
 *
 * @param counts how many findings of each kind
 * @param findings the first of each kind, with evidence
 * @param tally what happened in all
 * @param recoveries recovery times per fault, in milliseconds
 * @param recovery their distribution over all faults and devices
 */
public record Verdict(
        Map<FindingKind, Long> counts,
        List<Finding> findings,
        Tally tally,
        List<Recovery> recoveries,
        Distribution recovery) {

    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    /** Keeps copies. */
    public Verdict {
        Map<FindingKind, Long> all = new EnumMap<>(FindingKind.class);
        for (FindingKind kind : FindingKind.values()) {
            all.put(kind, counts.getOrDefault(kind, 0L));
        }
        counts = all;
        findings = List.copyOf(findings);
        recoveries = List.copyOf(recoveries);
    }

    /**
     * What happened in all.
     *
     * @param events lines read
     * @param torn lines that killed writers left unfinished
     * @param sent notifications that producers tried to send, one for each channel
     * @param acknowledged of these, answered with OK
     * @param unknown of these, never answered with OK nor definitely refused
     * @param delivered handler calls that finished, repeats included
     * @param faults faults that began
     * @param devices devices
     * @param incarnations starts of devices
     * @param owed unexpired notifications owed to a device that was subscribed, one for each device
     * @param handled of these, handled
     * @param expired skipped as expired, truly
     * @param trimmed beyond the log's retention when a device came back; it was told
     * @param lostAtFailover taken by a fault that may take them at their ack level; the device was
     *     told by a reset
     * @param vanished taken so, and the device was not told: who had acknowledged them was gone too
     * @param replicaFaults faults in which a replica that acknowledges was lost with its primary
     * @param replicatedLost of lostAtFailover and vanished, what such faults took though it was
     *     REPLICATED or FSYNCED
     * @param late came more than 5 s after they were stored, though nothing was wrong
     * @param redelivered handled again after a kill, having been in flight
     * @param replayed handled again by a killed device since a reset replayed the log
     * @param resets resets that devices were told of, true or not
     * @param skips skips that devices were told of, true or not
     */
    public record Tally(
            long events,
            long torn,
            long sent,
            long acknowledged,
            long unknown,
            long delivered,
            int faults,
            int devices,
            int incarnations,
            long owed,
            long handled,
            long expired,
            long trimmed,
            long lostAtFailover,
            long vanished,
            int replicaFaults,
            long replicatedLost,
            long late,
            long redelivered,
            long replayed,
            long resets,
            long skips) {}

    /**
     * Recovery from one fault.
     *
     * @param beginMs since the run began
     * @param endMs since the run began; -1 when it did not end
     * @param affected channels of devices that were affected and recovered
     * @param unrecovered those that were affected and had not recovered by the end
     */
    public record Recovery(
            long fault,
            String kind,
            String target,
            long beginMs,
            long endMs,
            int affected,
            int unrecovered,
            long p50Ms,
            long maxMs) {}

    /** A distribution in milliseconds. */
    public record Distribution(long count, long p50Ms, long p90Ms, long p99Ms, long maxMs) {}

    /** How many findings of a kind there are, kept or not. */
    public long count(FindingKind kind) {
        return counts.get(kind);
    }

    /** Whether nothing is wrong. */
    public boolean isClean() {
        return counts.values().stream().allMatch(count -> count == 0);
    }

    /**
     * Part of owed, unexpired notifications that were handled; what a fault may take at its ack
     * level is not owed any more. 1 when nothing was owed.
     */
    public double deliveredFraction() {
        long owed = tally.owed - tally.lostAtFailover - tally.vanished;
        return owed <= 0 ? 1 : (double) tally.handled / owed;
    }

    /** The figures by their names in reports, in one flat map. */
    public Map<String, Object> figures() {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("clean", isClean());
        figures.put("acknowledged", tally.acknowledged);
        figures.put("delivered", tally.delivered);
        figures.put("faults", tally.faults);
        figures.put("lost", count(FindingKind.LOST));
        figures.put("duplicates", count(FindingKind.DUPLICATE));
        figures.put("disorder", count(FindingKind.DISORDER));
        figures.put("holes", count(FindingKind.HOLE));
        figures.put("untold", count(FindingKind.UNTOLD));
        figures.put("false_resets", count(FindingKind.FALSE_RESET));
        figures.put("false_skips", count(FindingKind.FALSE_SKIP));
        figures.put("phantoms", count(FindingKind.PHANTOM));
        figures.put("leaks", count(FindingKind.LEAK));
        figures.put("early_acks", count(FindingKind.EARLY_ACK));
        figures.put("conflicts", count(FindingKind.CONFLICT));
        figures.put("late_findings", count(FindingKind.LATE));
        figures.put("behind", count(FindingKind.BEHIND));
        figures.put("bad_history", count(FindingKind.BAD_HISTORY));
        figures.put("delivered_fraction", deliveredFraction());
        figures.put("sent", tally.sent);
        figures.put("unknown", tally.unknown);
        figures.put("expired", tally.expired);
        figures.put("trimmed", tally.trimmed);
        figures.put("lost_at_failover", tally.lostAtFailover);
        figures.put("vanished", tally.vanished);
        figures.put("replica_faults", tally.replicaFaults);
        figures.put("replicated_lost", tally.replicatedLost);
        figures.put("late", tally.late);
        figures.put("redelivered", tally.redelivered);
        figures.put("replayed", tally.replayed);
        figures.put("resets", tally.resets);
        figures.put("skips", tally.skips);
        figures.put("devices", tally.devices);
        figures.put("incarnations", tally.incarnations);
        figures.put("recovery_p50_ms", recovery.p50Ms);
        figures.put("recovery_p99_ms", recovery.p99Ms);
        figures.put("recovery_max_ms", recovery.maxMs);
        return figures;
    }

    /** {@link #figures} as one JSON object. */
    public String json() {
        return GSON.toJson(figures());
    }
}
