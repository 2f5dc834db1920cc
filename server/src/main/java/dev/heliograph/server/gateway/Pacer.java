package dev.heliograph.server.gateway;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Starts what every channel or session of a gateway has to do at once, a slice at a time, so that a
 * new mailbox generation does not hold up publishes. The order is random: gateways that lost the
 * same Redis do not come with the same channels at the same time.
 */
final class Pacer {

    /**
     * Started per slice. With {@link #SLICE_MS} that is 8,000 a second: a tenth of what one Redis
     * does, and 18,000 channels are through in 2.3 s.
     */
    static final int SLICE = 80;

    /** Between two slices, half more or less at random. */
    static final long SLICE_MS = 10;

    /** Runs something after so many milliseconds. */
    interface Timer {
        void after(long delayMs, Runnable task);
    }

    private final Timer timer;
    private final Consumer<Runnable> starter;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean running = new AtomicBoolean();

    Pacer(Timer timer, Consumer<Runnable> starter) {
        this.timer = timer;
        this.starter = starter;
    }

    /** Takes tasks to be started behind those that wait. */
    void add(Collection<? extends Runnable> tasks) {
        List<Runnable> shuffled = new ArrayList<>(tasks);
        Collections.shuffle(shuffled, ThreadLocalRandom.current());
        waiting.addAll(shuffled);
        if (running.compareAndSet(false, true)) {
            slice();
        }
    }

    private void slice() {
        for (int i = 0; i < SLICE; i++) {
            Runnable task = waiting.poll();
            if (task == null) {
                break;
            }
            starter.accept(task);
        }
        // Also after the last one: what comes next keeps its distance.
        timer.after(SLICE_MS / 2 + ThreadLocalRandom.current().nextLong(SLICE_MS + 1), this::goOn);
    }

    private void goOn() {
        if (!waiting.isEmpty()) {
            slice();
            return;
        }
        running.set(false);
        if (!waiting.isEmpty() && running.compareAndSet(false, true)) {
            slice();
        }
    }
}
