package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.loadtest.chaos.history.AckLevel;

/**
 * A notification in a channel's log, as far as anybody has seen it: answered to a producer, or on a
 * wire.
 */
final class Entry {

    private static final long NEVER = Long.MAX_VALUE;

    /** Its number among the entries of its channel that were seen, for bit sets. */
    final int index;

    final ChannelBook book;
    final String id;
    final long seq;

    /** Epoch in which it was first seen; empty when only a producer has seen it. */
    String epoch;

    /** Null until a producer or a payload tells. */
    Op op;

    boolean acked;

    /** When it was first known to be stored. */
    long storedBy = NEVER;

    /** When it was last known to be there, by an answer or on a wire. */
    long seenLast;

    /* Place of the newest epoch in which it came to a device, among those of its channel; -1 for none. */
    private int seenIn = -1;

    /** Line that shows that it is stored. */
    long at;

    /** Another entry that had the same number. */
    Entry sibling;

    Entry(ChannelBook book, int index, String id, long seq, String epoch) {
        this.book = book;
        this.index = index;
        this.id = id;
        this.seq = seq;
        this.epoch = epoch;
    }

    /** A producer or a payload tells whose it is; false when another had it already. */
    boolean belongsTo(Op owner) {
        if (op == null) {
            op = owner;
            owner.entries.add(this);
        }
        return op == owner;
    }

    void seen(long t, long where) {
        seenLast = Math.max(seenLast, t);
        if (storedBy == NEVER) {
            storedBy = t;
            at = where;
        }
    }

    /** A gateway told a device in this epoch that it is there. */
    void told(int epoch, long t, long where) {
        seen(t, where);
        seenIn = Math.max(seenIn, epoch);
    }

    /**
     * Whether it has outlived another with the same number: in a newer epoch, or, where that says
     * nothing, by time. Not who came first: a primary that wakes up beside the one that took over
     * stores later, and is lost. Nor who came last: what one epoch had may be on its way for long.
     */
    boolean outlived(Entry other) {
        return seenIn >= 0 && other.seenIn >= 0 && seenIn != other.seenIn
                ? seenIn > other.seenIn
                : seenLast > other.seenLast;
    }

    /** Whether it was last seen before something was told, of an epoch at a moment. */
    boolean isOlderThan(int otherEpoch, long t) {
        return seenIn >= 0 ? seenIn < otherEpoch : seenLast < t;
    }

    /** The earliest moment at which it can have been stored. */
    long storedFrom() {
        return op == null ? storedBy : Math.min(op.first.t(), storedBy);
    }

    /** What was promised of it. */
    AckLevel level() {
        return acked && op != null ? op.first.level() : AckLevel.ACCEPTED;
    }

    String shown() {
        return "seq " + seq + (op == null ? "" : ", op " + op.first.op()) + ", id " + id;
    }

    long[] evidence(long... more) {
        long[] all = new long[more.length + (op == null ? 1 : 2)];
        int i = 0;
        if (op != null) {
            all[i++] = op.at;
        }
        all[i++] = at;
        System.arraycopy(more, 0, all, i, more.length);
        return all;
    }
}
