package dev.heliograph.loadtest.swarm;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Which numbers have come, per device and channel: 12 bytes each, and more only where something is
 * missing. Belongs to one event loop.
 *
 * <p>Calls that run side by side may be taken over in another order than they were numbered in, so
 * a number counts as missing only when one has come that is {@value #WINDOW} higher.
 */
final class Booking {

    /** More calls to one channel than this do not overtake each other. */
    static final int WINDOW = Long.SIZE;

    /** What a number turned out to be. */
    enum Entry {
        /** It came for the first time. */
        FRESH,
        /** It had come before. */
        DUPLICATE,
        /** It had been taken for missing. */
        LATE
    }

    /* Per device and channel: the number after the highest that has come. */
    private final int[] next;
    /* Bit i: number next - 1 - i has come. */
    private final long[] window;
    private final Map<Integer, Gaps> gaps = new HashMap<>();
    private long missing;

    /** Nothing has come to any of so many pairs of device and channel. */
    Booking(int places) {
        next = new int[places];
        window = new long[places];
        // What is below the first number is not waited for.
        Arrays.fill(window, -1L);
    }

    /** Something has come. */
    Entry book(int place, int number) {
        int ahead = number - next[place] + 1;
        if (ahead > 0) {
            advance(place, number, ahead);
            return Entry.FRESH;
        }
        if (-ahead < WINDOW) {
            long bit = 1L << -ahead;
            if ((window[place] & bit) != 0) {
                return Entry.DUPLICATE;
            }
            window[place] |= bit;
            return Entry.FRESH;
        }
        Gaps known = gaps.get(place);
        if (known != null && known.remove(number)) {
            missing--;
            return Entry.LATE;
        }
        return Entry.DUPLICATE;
    }

    /** Numbers that have left a window without having come. */
    long missing() {
        return missing;
    }

    /** Tells of all numbers below {@code count} that have not come. */
    void outstanding(int place, int count, IntConsumer each) {
        Gaps known = gaps.get(place);
        if (known != null) {
            known.forEach(number -> tell(number, count, each));
        }
        for (long left = ~window[place]; left != 0; left &= left - 1) {
            tell(next[place] - 1 - Long.numberOfTrailingZeros(left), count, each);
        }
        for (int number = next[place]; number < count; number++) {
            each.accept(number);
        }
    }

    private static void tell(int number, int count, IntConsumer each) {
        if (number < count) {
            each.accept(number);
        }
    }

    private void advance(int place, int number, int ahead) {
        int before = next[place];
        long leaving =
                ahead >= WINDOW ? ~window[place] : ~window[place] & (-1L << (WINDOW - ahead));
        for (; leaving != 0; leaving &= leaving - 1) {
            int gone = before - 1 - Long.numberOfTrailingZeros(leaving);
            miss(place, gone, gone + 1);
        }
        if (ahead > WINDOW) {
            miss(place, before, number - WINDOW + 1);
        }
        window[place] = ahead >= WINDOW ? 1 : (window[place] << ahead) | 1;
        next[place] = number + 1;
    }

    private void miss(int place, int from, int to) {
        gaps.computeIfAbsent(place, it -> new Gaps()).add(from, to);
        missing += to - from;
    }
}
