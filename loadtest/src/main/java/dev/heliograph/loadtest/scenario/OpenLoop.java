package dev.heliograph.loadtest.scenario;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongUnaryOperator;

/** Calls at a fixed rate, whatever becomes of the calls: a slow system does not slow its load. */
final class OpenLoop {

    /**
     * What to do at a time. While it blocks, later ones wait, and keep the time when they were due.
     */
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
        run(from, to, fired -> fired * NANOS_PER_SECOND / perSecond, shot);
    }

    /** The same with a rate that rises evenly from 0 to {@code perSecond}. */
    static void ramp(int from, int to, int perSecond, Shot shot) {
        // At time t of a ramp that lasts T, t * t / (2 * T) * perSecond have been fired, and T is 2
        // * count / perSecond.
        double rampNanos = 2.0 * (to - from) / perSecond * NANOS_PER_SECOND;
        run(
                from,
                to,
                fired -> (long) Math.sqrt(2 * rampNanos * fired * NANOS_PER_SECOND / perSecond),
                shot);
    }

    /** From 0 on, for as long as it holds. */
    static void runWhile(BooleanSupplier holds, int perSecond, Shot shot) {
        run(0, Integer.MAX_VALUE, fired -> fired * NANOS_PER_SECOND / perSecond, holds, shot);
    }

    private static void run(int from, int to, LongUnaryOperator dueAfter, Shot shot) {
        run(from, to, dueAfter, () -> true, shot);
    }

    private static void run(
            int from, int to, LongUnaryOperator dueAfter, BooleanSupplier holds, Shot shot) {
        long begin = System.nanoTime();
        for (int number = from; number < to && holds.getAsBoolean(); number++) {
            long due = begin + dueAfter.applyAsLong(number - from);
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            shot.fire(number, due);
        }
    }
}
