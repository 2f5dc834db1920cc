package dev.heliograph.client.device;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;

/** A loop whose time a test moves. Tasks run on the test's thread. */
final class ManualLoop implements Loop {

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Due> timers =
            new PriorityQueue<>(Comparator.comparingLong(Due::atMs).thenComparingLong(Due::order));
    private long nowMs = 1_000;
    private long made;
    private boolean stopped;

    @Override
    public long nowMs() {
        return nowMs;
    }

    @Override
    public boolean post(Runnable task) {
        return !stopped && tasks.add(task);
    }

    @Override
    public Timer after(long delayMs, Runnable task) {
        Due due = new Due(nowMs + delayMs, made++, task);
        timers.add(due);
        return () -> timers.remove(due);
    }

    @Override
    public void stop() {
        stopped = true;
        timers.clear();
    }

    boolean isStopped() {
        return stopped;
    }

    /** Runs what is posted, and what that posts. */
    void settle() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Lets time pass, with every timer at its time. */
    void advance(long ms) {
        settle();
        long end = nowMs + ms;
        while (!timers.isEmpty() && timers.peek().atMs() <= end) {
            Due due = timers.remove();
            nowMs = due.atMs();
            due.task().run();
            settle();
        }
        nowMs = end;
    }

    private record Due(long atMs, long order, Runnable task) {}
}
