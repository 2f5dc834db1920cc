package dev.heliograph.loadtest.swarm;

import java.util.Arrays;
import java.util.function.IntConsumer;

/** Numbers that are missing, as ranges. */
final class Gaps {

    /* Pairs: first, and the one after the last. */
    private int[] bounds = new int[2];
    private int used;

    void add(int from, int to) {
        if (used + 2 > bounds.length) {
            bounds = Arrays.copyOf(bounds, bounds.length * 2);
        }
        bounds[used++] = from;
        bounds[used++] = to;
    }

    /** Whether it was there. */
    boolean remove(int number) {
        for (int i = 0; i < used; i += 2) {
            int from = bounds[i];
            int to = bounds[i + 1];
            if (number >= from && number < to) {
                used -= 2;
                bounds[i] = bounds[used];
                bounds[i + 1] = bounds[used + 1];
                if (from < number) {
                    add(from, number);
                }
                if (number + 1 < to) {
                    add(number + 1, to);
                }
                return true;
            }
        }
        return false;
    }

    void forEach(IntConsumer each) {
        for (int i = 0; i < used; i += 2) {
            for (int number = bounds[i]; number < bounds[i + 1]; number++) {
                each.accept(number);
            }
        }
    }
}
