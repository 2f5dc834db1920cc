package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.server.log.Position;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A device's hold on a channel, from a begin without a position until it forgets its positions. It
 * goes on over reconnects and over restarts that keep the positions, so what is owed is owed over
 * all of these.
 */
final class Watch {

    /** When the Subscribe was sent, and when it was answered. */
    final long asked;

    final long answered;
    final boolean earliest;

    /** The first number and the head then. */
    final long base;

    final long head;
    final String epoch;
    final long at;

    /* By Entry.index. */
    final BitSet handled = new BitSet();
    final BitSet skipped = new BitSet();
    final List<Lineage> lineages = new ArrayList<>();
    final List<ResetCase> resets = new ArrayList<>(0);

    /** What the handler finished last. */
    Entry newestHandled;

    Watch(
            long asked,
            long answered,
            boolean earliest,
            long base,
            long head,
            String epoch,
            long at) {
        this.asked = asked;
        this.answered = answered;
        this.earliest = earliest;
        this.base = base;
        this.head = head;
        this.epoch = epoch;
        this.at = at;
    }

    /** Whether the subscription began early enough for an entry. */
    boolean owes(Entry entry) {
        if (entry.op != null && entry.op.first.t() > answered) {
            return true;
        }
        boolean there = entry.storedBy < asked;
        return earliest || (!there && entry.seq >= base);
    }

    /** Whether the handler has got something beyond, in the same life of the log. */
    boolean passed(Entry entry) {
        return newestHandled != null
                && newestHandled.seq > entry.seq
                && (entry.epoch.isEmpty() || Position.sameLife(newestHandled.epoch, entry.epoch));
    }
}
