package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.server.log.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What is known of one channel's log from all sides. */
final class ChannelBook {

    /** Nodes follow a failover within this time of each other; until then some write to either. */
    private static final long TWO_PRIMARIES_NANOS = 2_000_000_000L;

    private final String name;
    private final List<Entry> entries = new ArrayList<>();
    private final Map<String, Entry> byId = new HashMap<>();
    private final Map<Long, Entry> bySeq = new HashMap<>();
    /* In the order in which they were seen. */
    private final List<Epoch> epochs = new ArrayList<>(1);
    private final List<ShorterLog> shorter = new ArrayList<>();
    private final List<Named> named = new ArrayList<>();
    private final List<Op> expiring = new ArrayList<>();
    private final List<Unanswered> unanswered = new ArrayList<>(0);
    private final List<ChannelView> views = new ArrayList<>();
    private long knownSince = Long.MAX_VALUE;
    private long maxSeq;

    /** When something may have been stored that nobody has seen. */
    record Unanswered(long from, long through) {}

    /** Between two losses of the log: when a gateway first told of it, and when last. */
    private static final class Epoch {
        final String name;
        final long seenFirst;
        long seenLast;

        Epoch(String name, long t) {
            this.name = name;
            this.seenFirst = t;
            this.seenLast = t;
        }
    }

    /** A gateway told that something has this place, perhaps without saying what. */
    private record Named(Place place, int epoch, long t) {}

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

    /** A call whose producer never learnt whether it was stored, between these moments. */
    void unanswered(long from, long through) {
        unanswered.add(new Unanswered(from, through));
    }

    List<Unanswered> unanswered() {
        return unanswered;
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

    /** A gateway told of this epoch. */
    void epoch(String epoch, long t) {
        if (!epoch.isEmpty()) {
            Epoch known = known(epoch);
            if (known == null) {
                epochs.add(new Epoch(epoch, t));
            } else {
                known.seenLast = t;
            }
        }
    }

    /** The place of an epoch in their order; -1 when it is not known. */
    int order(String epoch) {
        return epochs.indexOf(known(epoch));
    }

    /**
     * A gateway told a device that a range had expired, up to a place. Where something else had one
     * of these numbers, it shows which one has it.
     */
    void expired(long from, Place through, long t, long at) {
        int epoch = order(through.epoch());
        named.add(new Named(through, epoch, t));
        for (long seq = from; seq <= through.seq(); seq++) {
            Entry newest = bySeq.get(seq);
            if (newest != null && newest.sibling != null) {
                Entry named = null;
                int expiring = 0;
                for (Entry each = newest; each != null; each = each.sibling) {
                    boolean is =
                            seq == through.seq()
                                    ? through.holds(each.id)
                                    : each.op != null && each.op.mayExpire();
                    named = is ? each : named;
                    expiring += is ? 1 : 0;
                }
                if (expiring == 1) {
                    named.told(epoch, t, at);
                }
            }
        }
    }

    private Epoch known(String epoch) {
        return epochs.stream().filter(it -> it.name.equals(epoch)).findFirst().orElse(null);
    }

    /**
     * The earliest moment at which an epoch can have begun: a while before the one before it was
     * last told, since the primary of before does so until it learns that it was replaced.
     */
    long earliest(String epoch) {
        Epoch known = known(epoch);
        int at = epochs.indexOf(known);
        return at <= 0
                ? 0
                : Math.min(epochs.get(at - 1).seenLast, known.seenFirst) - TWO_PRIMARIES_NANOS;
    }

    /** A gateway read the log after {@code asked}. */
    void head(long asked, String epoch, long head) {
        if (head < maxSeq) {
            shorter.add(new ShorterLog(asked, epoch, head));
        }
    }

    /** Whether two entries may have been in one life of the log. */
    boolean sameLife(Entry a, Entry b) {
        return a.epoch.isEmpty() || b.epoch.isEmpty()
                ? a.epoch.equals(b.epoch) || hasOneLife()
                : Position.sameLife(a.epoch, b.epoch);
    }

    private boolean hasOneLife() {
        return epochs.stream().allMatch(it -> Position.sameLife(it.name, epochs.getFirst().name));
    }

    private static boolean hasReplaced(Named other, Entry entry) {
        Place place = other.place();
        return place.seq() == entry.seq
                && !place.holds(entry.id)
                && (entry.epoch.isEmpty() || Position.sameLife(place.epoch(), entry.epoch))
                && entry.isOlderThan(other.epoch(), other.t());
    }

    /** Whether the log is seen to hold the entry no longer, other than by retention. */
    boolean isGone(Entry entry) {
        for (Entry other = bySeq.get(entry.seq); other != null; other = other.sibling) {
            if (other.outlived(entry) && sameLife(other, entry)) {
                return true;
            }
        }
        if (named.stream().anyMatch(other -> hasReplaced(other, entry))) {
            return true;
        }
        boolean anotherLife =
                entry.epoch.isEmpty()
                        ? !hasOneLife()
                        : !epochs.isEmpty()
                                && !Position.sameLife(epochs.getLast().name, entry.epoch);
        return anotherLife
                || shorter.stream()
                        .anyMatch(
                                log ->
                                        log.head < entry.seq
                                                && log.asked >= entry.storedBy
                                                && (entry.epoch.isEmpty()
                                                        || Position.sameLife(
                                                                log.epoch, entry.epoch)));
    }
}
