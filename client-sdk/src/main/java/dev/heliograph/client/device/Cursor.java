package dev.heliograph.client.device;

import java.util.OptionalLong;

/** Checks that the frames of a channel cover every seq exactly once and in order (D-1, D-2). */
final class Cursor {

    /** What to do with a frame. */
    enum Verdict {
        /** It covers the expected seq: take it. */
        TAKE,
        /** All of it was covered before: drop it. */
        IGNORE,
        /**
         * It begins beyond the expected seq: drop it and subscribe again from the last position.
         */
        HOLE
    }

    private static final long UNKNOWN = -1;

    /** The next seq to be covered. */
    private long expected = UNKNOWN;

    /** Counting starts anew at this seq. */
    void startAt(long nextSeq) {
        expected = nextSeq;
    }

    /** Judges a frame that covers from..through, and moves on if it is to be taken. */
    Verdict offer(long from, long through) {
        if (through < expected) {
            return Verdict.IGNORE;
        }
        if (from > expected || through < from) {
            return Verdict.HOLE;
        }
        expected = through + 1;
        return Verdict.TAKE;
    }

    /** The seq that the next frame has to cover, once counting has started. */
    OptionalLong expected() {
        return expected == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(expected);
    }
}
