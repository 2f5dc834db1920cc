package dev.heliograph.loadtest.chaos.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What is known of one channel's log from all sides. */
final class ChannelBook {

    private final String name;
    private final List<Entry> entries = new ArrayList<>();
    private final Map<String, Entry> byId = new HashMap<>();
    private final Map<Long, Entry> bySeq = new HashMap<>();
    /* In the order in which they were seen. */
    private final List<String> epochs = new ArrayList<>(1);
    private final List<ShorterLog> shorter = new ArrayList<>();
    private final List<Op> expiring = new ArrayList<>();
    private final List<ChannelView> views = new ArrayList<>();
    private long knownSince = Long.MAX_VALUE;
    private long maxSeq;

    /** A gateway that read the log after {@code asked} found it to end at {@code head}. */
    private record ShorterLog(long asked, String epoch, long head) {}

    ChannelBook(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    List<Entry> entries() {
        return entries;
    }

    List<ChannelView> views() {
        return views;
    }

    /** Somebody spoke of the channel. */
    void mentioned(long t) {
        knownSince = Math.min(knownSince, t);
    }

    /** When somebody first spoke of it. */
    long knownSince() {
        return knownSince;
    }

    /** A notification that may expire was sent here. */
    void expiring(Op op) {
        expiring.add(op);
    }

    List<Op> expiring() {
        return expiring;
    }

    /** The entry with this id; null when nobody has seen it. */
    Entry byId(String id) {
        return byId.get(id);
    }

    /** All that were seen under a number, the newest first; chained by {@link Entry#sibling}. */
    Entry bySeq(long seq) {
        return bySeq.get(seq);
    }

    void eachFork(Consumer<Entry> newest) {
        bySeq.values().stream()
                .filter(entry -> entry.sibling != null)
                .sorted((a, b) -> Long.compare(a.seq, b.seq))
                .forEach(newest);
    }

    /** The entry with this id, made when nobody has seen it before. */
    Entry entry(String id, long seq, String epoch) {
        Entry known = byId.get(id);
        if (known == null) {
            known = new Entry(this, entries.size(), id, seq, epoch);
            entries.add(known);
            byId.put(id, known);
            known.sibling = bySeq.put(seq, known);
            maxSeq = Math.max(maxSeq, seq);
        } else if (known.epoch.isEmpty()) {
            known.epoch = epoch;
        }
        return known;
    }

    void epoch(String epoch) {
        if (!epoch.isEmpty() && !epochs.contains(epoch)) {
            epochs.add(epoch);
        }
    }

    /** A gateway read the log after {@code asked}. */
    void head(long asked, String epoch, long head) {
        if (head < maxSeq) {
            shorter.add(new ShorterLog(asked, epoch, head));
        }
    }

    /** Whether two entries may have been in one life of the log. */
    boolean sameLife(Entry a, Entry b) {
        return a.epoch.equals(b.epoch)
                || (epochs.size() <= 1 && (a.epoch.isEmpty() || b.epoch.isEmpty()));
    }

    /** Whether the log is seen to hold the entry no longer, other than by retention. */
    boolean isGone(Entry entry) {
        for (Entry other = bySeq.get(entry.seq); other != null; other = other.sibling) {
            if (other.outlived(entry) && sameLife(other, entry)) {
                return true;
            }
        }
        boolean anotherLife =
                entry.epoch.isEmpty()
                        ? epochs.size() > 1
                        : !epochs.isEmpty() && !epochs.getLast().equals(entry.epoch);
        return anotherLife
                || shorter.stream()
                        .anyMatch(
                                log ->
                                        log.head < entry.seq
                                                && log.asked >= entry.storedBy
                                                && (entry.epoch.isEmpty()
                                                        || log.epoch.equals(entry.epoch)));
    }
}
