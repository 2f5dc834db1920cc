package dev.heliograph.client.device;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A loop on a virtual thread, started by the first task. */
final class VirtualThreadLoop implements Loop {

    private static final System.Logger LOG = System.getLogger(VirtualThreadLoop.class.getName());

    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final AtomicBoolean started = new AtomicBoolean();
    /* Owned by the loop. */
    private final PriorityQueue<Due> timers =
            new PriorityQueue<>(
                    Comparator.comparingLong((Due due) -> due.atMs)
                            .thenComparingLong(due -> due.order));
    private long timersMade;
    private volatile boolean stopped;

    @Override
    public long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    @Override
    public boolean post(Runnable task) {
        if (stopped) {
            return false;
        }
        tasks.add(task);
        if (!started.get() && started.compareAndSet(false, true)) {
            Thread.ofVirtual().name("heliograph-device").start(this::run);
        }
        // Either the loop takes it on its way out, or it is taken back here.
        return !stopped || !tasks.remove(task);
    }

    @Override
    public Timer after(long delayMs, Runnable task) {
        Due due = new Due(nowMs() + delayMs, timersMade++, task);
        timers.add(due);
        return () -> timers.remove(due);
    }

    @Override
    public void stop() {
        stopped = true;
        timers.clear();
    }

    private void run() {
        while (true) {
            try {
                Runnable task = next();
                if (task != null) {
                    task.run();
                } else if (stopped) {
                    return;
                }
            } catch (InterruptedException e) {
                // Nobody else knows this thread: go on.
            } catch (Throwable e) {
                // An Error too: without this thread the device would be dead and nobody told.
                LOG.log(System.Logger.Level.ERROR, "A task of the device client failed", e);
            }
        }
    }

    /** A timer that is due, else a task; null when there is none for now. */
    private Runnable next() throws InterruptedException {
        if (stopped) {
            return tasks.poll();
        }
        Due first = timers.peek();
        if (first == null) {
            return tasks.take();
        }
        long waitMs = first.atMs - nowMs();
        if (waitMs <= 0) {
            timers.remove();
            return first.task;
        }
        return tasks.poll(waitMs, TimeUnit.MILLISECONDS);
    }

    /** A task and its time. Compared by identity when it is cancelled: order is unique. */
    private record Due(long atMs, long order, Runnable task) {}
}
