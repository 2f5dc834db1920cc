package dev.heliograph.loadtest;

import java.time.Duration;

/** Nothing may keep a run from ending: all that it started ends with its process. */
public final class TimeLimit implements AutoCloseable {

    private static final int HALTED = 1;

    private final Thread watch;

    private TimeLimit(Thread watch) {
        this.watch = watch;
    }

    /**
     * Ends this process with exit code 1 after the limit, unless it is closed before.
     *
     * @param what for the message, such as {@code chaos}
     */
    public static TimeLimit of(String what, Duration limit) {
        return new TimeLimit(
                Thread.ofPlatform().daemon().name("time-limit").start(() -> watch(what, limit)));
    }

    private static void watch(String what, Duration limit) {
        try {
            Thread.sleep(limit);
        } catch (InterruptedException _) {
            return;
        }
        System.err.printf(
                "heliograph: %s did not end within %d minutes%n", what, limit.toMinutes());
        Runtime.getRuntime().halt(HALTED);
    }

    @Override
    public void close() {
        watch.interrupt();
    }
}
