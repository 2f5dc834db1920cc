package dev.heliograph.client.device;

/**
 * The one thread that owns a client's state. Everything that changes state runs here, one task
 * after the other.
 */
interface Loop {

    /** Monotonic time. */
    long nowMs();

    /** Runs a task. From any thread. False after {@link #stop}: the task will not run. */
    boolean post(Runnable task);

    /** Runs a task later. From the loop only. */
    Timer after(long delayMs, Runnable task);

    /**
     * Ends the loop after the tasks that were posted; no timer runs any more. From the loop only.
     */
    void stop();

    /** A task that waits for its time. */
    @FunctionalInterface
    interface Timer {
        /** Nothing waits. */
        Timer NONE = () -> {};

        /** The task will not run, unless it has. From the loop only. */
        void cancel();
    }
}
