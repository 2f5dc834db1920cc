package dev.heliograph.server.gateway;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Measures how late virtual threads run: one of them sleeps and looks at the clock. */
final class SchedulerProbe implements AutoCloseable {

    /** Twenty samples a second cost some 300 µs of CPU. */
    private static final long EVERY_MS = 50;

    /** Ten seconds, of which two samples may be late by chance, as in a pause of the process. */
    private static final int WINDOW = 200;

    private static final double QUANTILE = 0.99;

    private final long[] lateNanos = new long[WINDOW];
    private int count;
    private final Thread thread;

    SchedulerProbe() {
        this.thread = Thread.ofVirtual().name("scheduler-probe").start(this::run);
    }

    private void run() {
        try {
            while (true) {
                long before = System.nanoTime();
                Thread.sleep(EVERY_MS);
                add(System.nanoTime() - before - TimeUnit.MILLISECONDS.toNanos(EVERY_MS));
            }
        } catch (InterruptedException e) {
            // The gateway closes.
        }
    }

    private synchronized void add(long late) {
        lateNanos[count++ % WINDOW] = late;
    }

    /** The p99 of the last ten seconds, in seconds; 0 until they are full. */
    synchronized double p99() {
        if (count < WINDOW) {
            return 0;
        }
        long[] sorted = lateNanos.clone();
        Arrays.sort(sorted);
        return sorted[(int) (WINDOW * QUANTILE) - 1] / 1e9;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
