package dev.heliograph.loadtest;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Calls at a fixed rate, whatever becomes of the calls: a slow system does not slow its load. */
final class OpenLoop {

    /** What to do at a time. Must not block. */
    @FunctionalInterface
    interface Shot {
        /**
         * Sends one.
         *
         * @param number counts from 0
         * @param intendedNanos when it is due, on the clock of {@link System#nanoTime}
         */
        void fire(int number, long intendedNanos);
    }

    private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private OpenLoop() {}

    /**
     * Fires {@code from} (included) to {@code to} (excluded), the first one now. Returns after the
     * last.
     */
    static void run(int from, int to, int perSecond, Shot shot) {
        long begin = System.nanoTime();
        for (int number = from; number < to; number++) {
            long due = begin + (number - from) * NANOS_PER_SECOND / perSecond;
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            shot.fire(number, due);
        }
    }
}
