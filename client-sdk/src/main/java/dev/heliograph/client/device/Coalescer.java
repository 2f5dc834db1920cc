package dev.heliograph.client.device;

import java.util.function.LongSupplier;

/** Does once for many notifications what need not be done for each: after so many, or in time. */
final class Coalescer {

    private final Loop loop;
    private final int most;
    private final LongSupplier delayMs;
    private final Runnable task;
    private int noted;
    private Loop.Timer timer = Loop.Timer.NONE;

    /**
     * A coalescer, owned by the loop.
     *
     * @param most as many notifications wait at most
     * @param delayMs how long the first of them waits at most; asked each time
     */
    Coalescer(Loop loop, int most, LongSupplier delayMs, Runnable task) {
        this.loop = loop;
        this.most = most;
        this.delayMs = delayMs;
        this.task = task;
    }

    /** One more notification. */
    void note() {
        noted++;
        if (noted >= most) {
            now();
        } else if (noted == 1) {
            timer = loop.after(delayMs.getAsLong(), this::now);
        }
    }

    /** Does it now. */
    void now() {
        cancel();
        task.run();
    }

    /** Forgets what was noted. */
    void cancel() {
        timer.cancel();
        noted = 0;
    }
}
