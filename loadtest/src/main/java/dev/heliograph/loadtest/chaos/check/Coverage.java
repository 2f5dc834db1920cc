package dev.heliograph.loadtest.chaos.check;

import java.util.ArrayList;
import java.util.List;

/** Whether the frames of one subscription cover each seq exactly once and in order (D-1). */
final class Coverage {

    private long expected;
    private final List<Gap> gaps = new ArrayList<>(0);

    /** Numbers that were passed over, and the line that passed over them. */
    record Gap(long from, long through, long at) {}

    /** What a frame does to the coverage. */
    enum Fit {
        /** It is the next one. */
        NEXT,
        /** It leaves a gap before it. */
        BEYOND,
        /** It fills a gap that a frame before it left: the two came in the wrong order. */
        LATE,
        /** All or some of it was covered before. */
        AGAIN
    }

    Coverage(long expected) {
        this.expected = expected;
    }

    long expected() {
        return expected;
    }

    Fit take(long from, long through, long at) {
        if (from == expected) {
            expected = through + 1;
            return Fit.NEXT;
        }
        if (from > expected) {
            gaps.add(new Gap(expected, from - 1, at));
            expected = through + 1;
            return Fit.BEYOND;
        }
        for (int i = 0; i < gaps.size(); i++) {
            Gap gap = gaps.get(i);
            if (gap.from <= from && through <= gap.through) {
                gaps.remove(i);
                if (gap.from < from) {
                    gaps.add(new Gap(gap.from, from - 1, gap.at));
                }
                if (through < gap.through) {
                    gaps.add(new Gap(through + 1, gap.through, gap.at));
                }
                return Fit.LATE;
            }
        }
        expected = Math.max(expected, through + 1);
        return Fit.AGAIN;
    }

    /** The gaps that nothing has filled. */
    List<Gap> gaps() {
        return gaps;
    }
}
