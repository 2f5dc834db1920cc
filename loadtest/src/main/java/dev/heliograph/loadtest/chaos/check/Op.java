package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.loadtest.chaos.history.HistoryEvent.Invoke;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A notification as its producer knows it, over all attempts. */
final class Op {

    private static final long NANOS_PER_MS = 1_000_000;

    final Invoke first;
    final long at;

    /** What it became, in all its channels. */
    final List<Entry> entries = new ArrayList<>(1);

    private final Set<String> channels;
    private final Set<String> acked = new HashSet<>(2);
    /* Made when needed: how many calls were refused per channel. */
    private Map<String, Integer> refusals = Map.of();
    private int calls;

    Op(Invoke first, long at) {
        this.first = first;
        this.at = at;
        this.channels = Set.copyOf(first.channels());
    }

    void called() {
        calls++;
    }

    void acked(String channel) {
        acked.add(channel);
    }

    void refused(String channel) {
        if (refusals.isEmpty()) {
            refusals = new HashMap<>(2);
        }
        refusals.merge(channel, 1, Integer::sum);
    }

    boolean isFor(String channel) {
        return channels.contains(channel);
    }

    Set<String> channels() {
        return channels;
    }

    boolean isAcked(String channel) {
        return acked.contains(channel);
    }

    /** Whether every call was definitely refused there. */
    boolean isRefused(String channel) {
        return !acked.contains(channel) && refusals.getOrDefault(channel, 0) >= calls;
    }

    /** Whether it may or may not be stored there. */
    boolean isDoubtful(String channel) {
        return !acked.contains(channel) && !isRefused(channel);
    }

    boolean mayExpire() {
        return first.ttlMs() > 0;
    }

    /** The earliest moment at which it can have expired. */
    long earliestExpiry() {
        return first.t() + first.ttlMs() * NANOS_PER_MS;
    }
}
