package dev.heliograph.loadtest.chaos.check;

import java.util.Arrays;

/** What one device was told the log holds, from a begin or a reset on until the next reset. */
final class Lineage {

    private static final int NOTHING = -1;

    final long base;
    final String epoch;

    /** The reset that it began with; null for a begin. */
    final ResetCase reset;

    private int[] entries = new int[16];
    private int size;
    private long furthest;

    Lineage(long base, String epoch, ResetCase reset) {
        this.base = base;
        this.epoch = epoch;
        this.reset = reset;
        this.furthest = base;
    }

    /** The number after the highest that was ever told, taken or not. */
    long furthest() {
        return furthest;
    }

    /** The number after the last one told. */
    long end() {
        return base + size;
    }

    /** Whether it can go on right after this number. */
    boolean reaches(long seq) {
        return seq >= base - 1 && seq < end();
    }

    /** Goes on right after this number: what was told beyond was not taken. */
    void continueAfter(long seq) {
        size = (int) (seq + 1 - base);
    }

    /** The log holds this there. */
    void put(long seq, int entry) {
        long place = seq - base;
        if (place < 0) {
            return;
        }
        if (place >= entries.length) {
            entries = Arrays.copyOf(entries, (int) Math.max(place + 1, entries.length * 2L));
        }
        while (size <= place) {
            entries[size++] = NOTHING;
        }
        furthest = Math.max(furthest, end());
        entries[(int) place] = entry;
    }

    /** Index of the entry there; -1 for none that is known. */
    int at(long seq) {
        return seq < base || seq >= end() ? NOTHING : entries[(int) (seq - base)];
    }
}
