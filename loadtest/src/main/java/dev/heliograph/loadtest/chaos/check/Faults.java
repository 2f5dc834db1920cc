package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.loadtest.chaos.history.AckLevel;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.FaultBegan;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.FaultEnded;
import dev.heliograph.loadtest.chaos.history.Loses;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The faults of a run, and what each may have caused. */
final class Faults {

    /**
     * How far a replica may have been behind when its primary was lost. A lost tail goes back to
     * the moment at which an earlier fault had cut the replica off.
     */
    static final long MAX_REPLICA_LAG_NANOS = 30_000_000_000L;

    /** Faults after which a node of the Notify API has forgotten what it acknowledged. */
    private static final Set<String> WITNESS_ENDS = Set.of("notify-kill", "notify-rolling-restart");

    private final List<Fault> all = new ArrayList<>();
    private final Map<Long, Fault> byNumber = new HashMap<>();

    /** One fault; {@code end} is the largest number while it acts. */
    static final class Fault {
        final FaultBegan began;
        final long at;
        long end = Long.MAX_VALUE;

        Fault(FaultBegan began, long at) {
            this.began = began;
            this.at = at;
        }

        long begin() {
            return began.t();
        }
    }

    Fault begin(FaultBegan began, long at) {
        Fault fault = new Fault(began, at);
        all.add(fault);
        byNumber.put(began.fault(), fault);
        return fault;
    }

    void end(FaultEnded ended) {
        Fault fault = byNumber.get(ended.fault());
        if (fault != null) {
            fault.end = ended.t();
        }
    }

    List<Fault> all() {
        return all;
    }

    /**
     * Whether some fault may have taken what was acknowledged with this level.
     *
     * @param storedFrom the earliest moment at which it can have been stored
     * @param storedBy the moment at which it was stored for sure
     */
    boolean mayHaveTaken(AckLevel level, long storedFrom, long storedBy) {
        return all.stream()
                .anyMatch(
                        f ->
                                f.began.loses().mayTake(level)
                                        && storedFrom <= f.end
                                        && (f.began.loses() == Loses.EVERYTHING
                                                || storedBy >= f.begin() - MAX_REPLICA_LAG_NANOS));
    }

    /** The same for what is known to have been there at one moment, until {@code by}. */
    boolean mayHaveTakenBy(AckLevel level, long storedFrom, long storedBy, long by) {
        return all.stream()
                .anyMatch(
                        f ->
                                f.begin() <= by
                                        && f.began.loses().mayTake(level)
                                        && storedFrom <= f.end
                                        && (f.began.loses() == Loses.EVERYTHING
                                                || storedBy >= f.begin() - MAX_REPLICA_LAG_NANOS));
    }

    /**
     * Whether the node that had acknowledged something may have been gone, too, before it could
     * have found that it was lost.
     */
    boolean mayHaveTakenWitness(long storedBy) {
        return all.stream()
                .anyMatch(
                        f ->
                                WITNESS_ENDS.contains(f.began.kind())
                                        && storedBy <= f.end
                                        && f.begin() <= storedBy + MAX_REPLICA_LAG_NANOS);
    }

    /** How many took a replica that had acknowledged together with its primary, or more. */
    int thatTakeReplicas() {
        return (int) all.stream().filter(f -> f.began.loses().mayTake(AckLevel.REPLICATED)).count();
    }

    /** Whether data may have been lost before this moment. */
    boolean lossBefore(long t) {
        return all.stream().anyMatch(f -> f.began.loses() != Loses.NOTHING && f.begin() <= t);
    }

    /** Whether no fault was acting at any moment from..through. */
    boolean calmIn(long from, long through) {
        return all.stream().noneMatch(f -> f.begin() <= through && f.end >= from);
    }

    /** Whether a fault that loses data is acting at this moment. */
    boolean losingAt(long t) {
        return all.stream()
                .anyMatch(f -> f.began.loses() != Loses.NOTHING && f.begin() <= t && t <= f.end);
    }

    /**
     * Whether what was written at this moment, or read then, may be lost: data of a replica's lag
     * before a fault, and of as long after it, until gateways have noted their sessions anew.
     */
    boolean lossNear(long t) {
        return all.stream()
                .anyMatch(
                        f ->
                                f.began.loses() != Loses.NOTHING
                                        && f.begin() - MAX_REPLICA_LAG_NANOS <= t
                                        && (f.end == Long.MAX_VALUE
                                                || t <= f.end + MAX_REPLICA_LAG_NANOS));
    }
}
