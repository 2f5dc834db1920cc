package dev.heliograph.server.websocket;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes what connections have queued: a ready list, a few threads that take from it, and a
 * watchdog that replaces one which a slow socket holds up. The replaced one stays with its slow
 * write until that is done, and ends; while a connection is known to be slow it gets threads of its
 * own and never again holds up the shared ones.
 *
 * <p>The shared ones are platform threads. Virtual ones that others have woken wait until a carrier
 * has run all that was woken on it, and in a flood of handshakes that never ends.
 */
final class Flushers implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Flushers.class.getName());

    /**
     * A write that takes longer than this waits for its peer: into free kernel buffers 64 KiB go in
     * under 0.1 ms. Others wait for as long as this, so it is a fraction of the 10 ms that a
     * delivery may take.
     */
    static final long STUCK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** How often stalls and unanswered Close frames are looked for: they are seconds away. */
    private static final long SCAN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Waking the watchdog costs more than a write: it sleeps for good only after this without. */
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long FOR_GOOD = Long.MAX_VALUE;

    /**
     * Most platform threads that slow sockets may hold, at some 64 KiB of stack each; beyond, the
     * shared ones are virtual.
     */
    static final int MOST_STUCK = 64;

    private final LinkedTransferQueue<FlushTarget> ready = new LinkedTransferQueue<>();
    private final AtomicReferenceArray<Flusher> shared;
    private final Set<Flusher> detached = ConcurrentHashMap.newKeySet();
    private final Set<FlushTarget> closing = ConcurrentHashMap.newKeySet();
    private final LongAdder queuedBytes = new LongAdder();
    private final long stallNanos;
    private final Thread watchdog;
    /* How long the watchdog sleeps, or will unless it finds something to do. */
    private volatile long napNanos;
    private volatile boolean stopped;

    /**
     * Starts the threads.
     *
     * @param count shared flushers
     * @param stallTimeout a write blocked for this long is the end of its connection
     */
    Flushers(int count, Duration stallTimeout) {
        stallNanos = stallTimeout.toNanos();
        shared = new AtomicReferenceArray<>(count);
        watchdog = Thread.ofPlatform().daemon().name("heliograph-watchdog").unstarted(this::watch);
        for (int i = 0; i < count; i++) {
            start(i);
        }
        watchdog.start();
    }

    /**
     * The target has something to flush and is neither in the ready list nor with a flusher. Never
     * blocks.
     */
    void ready(FlushTarget target) {
        if (target.slow) {
            startOwn(target, false);
        } else {
            ready.put(target);
            if (areAllWriting()) {
                // It matters soon whether they are stuck.
                wakeWatchdog(STUCK_NANOS);
            }
        }
    }

    /** Has a thread of its own write what the target has, which it blocked on just now or not. */
    private void startOwn(FlushTarget target, boolean blocked) {
        Flusher own = new Flusher(target, true);
        own.blocked = blocked;
        detached.add(own);
        Thread.ofVirtual().name("heliograph-slow-flusher").start(own);
    }

    private boolean areAllWriting() {
        for (int i = 0; i < shared.length(); i++) {
            if (!shared.get(i).writing) {
                return false;
            }
        }
        return true;
    }

    /** The target sent its Close frame: have an eye on its deadline until {@link #forget}. */
    void watchClose(FlushTarget target) {
        closing.add(target);
        wakeWatchdog(SCAN_NANOS);
    }

    /** The target has ended. */
    void forget(FlushTarget target) {
        closing.remove(target);
    }

    /** Bytes were queued (positive), or were written or dropped (negative). */
    void countQueued(long bytes) {
        queuedBytes.add(bytes);
    }

    /** Bytes in the outboxes of all connections and in the writes under way. */
    long queuedBytes() {
        return queuedBytes.sum();
    }

    /** Ends all threads; what is queued stays unwritten. */
    @Override
    public void close() {
        stopped = true;
        for (int i = 0; i < shared.length(); i++) {
            shared.get(i).interrupt();
        }
        detached.forEach(Flusher::interrupt);
        LockSupport.unpark(watchdog);
    }

    private void start(int slot) {
        boolean virtual = platformThreadsHeld() >= MOST_STUCK;
        Flusher flusher = new Flusher(null, virtual);
        shared.set(slot, flusher);
        Thread.Builder thread = virtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
        thread.name("heliograph-flusher-" + slot).start(flusher);
    }

    private long platformThreadsHeld() {
        return detached.stream().filter(each -> !each.virtual).count();
    }

    /** It is to look within this time. */
    private void wakeWatchdog(long withinNanos) {
        if (napNanos > withinNanos) {
            LockSupport.unpark(watchdog);
        }
    }

    private void watch() {
        long lastScan = System.nanoTime();
        while (!stopped) {
            // Before it looks: whoever comes meanwhile is seen, or wakes it.
            napNanos = FOR_GOOD;
            long nap = replaceStuck();
            napNanos = nap;
            if (nap == FOR_GOOD) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, nap);
            }
            long now = System.nanoTime();
            if (now - lastScan >= SCAN_NANOS) {
                lastScan = now;
                scan(now);
            }
        }
    }

    /**
     * Replaces shared flushers that are stuck, and those that need no longer be virtual; how long
     * it will be until it matters again.
     */
    private long replaceStuck() {
        boolean active = !detached.isEmpty() || !closing.isEmpty();
        long now = System.nanoTime();
        for (int i = 0; i < shared.length(); i++) {
            Flusher flusher = shared.get(i);
            boolean writing = flusher.writing;
            active |= writing || now - flusher.sinceNanos < QUIET_NANOS;
            boolean stuck = writing && now - flusher.sinceNanos > STUCK_NANOS;
            if (stuck || flusher.virtual && platformThreadsHeld() < MOST_STUCK / 2) {
                detached.add(flusher);
                flusher.detached = true;
                start(i);
                active = true;
            }
        }
        if (!ready.isEmpty()) {
            return STUCK_NANOS;
        }
        return active ? SCAN_NANOS : FOR_GOOD;
    }

    private void scan(long now) {
        for (Flusher flusher : detached) {
            if (flusher.writing && now - flusher.sinceNanos > stallNanos) {
                guard(flusher.target::stalled);
            }
        }
        closing.removeIf(
                target -> {
                    boolean overdue = now - target.closeDeadlineNanos > 0;
                    if (overdue) {
                        guard(target::closeOverdue);
                    }
                    return overdue;
                });
    }

    private static void guard(Runnable callback) {
        try {
            callback.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "A connection could not be ended", e);
        }
    }

    /** A writing thread: shared, and so without a target of its own, until it is detached. */
    private final class Flusher implements Runnable {
        private final boolean own;
        private final boolean virtual;

        /** The target of the write under way or of the last one. */
        private volatile FlushTarget target;

        /** Whether its own target has made it wait. */
        private boolean blocked;

        private volatile boolean writing;
        private volatile long sinceNanos = System.nanoTime();
        private volatile boolean detached;
        private volatile Thread thread;

        Flusher(FlushTarget target, boolean virtual) {
            this.target = target;
            this.virtual = virtual;
            own = target != null;
        }

        @Override
        public void run() {
            thread = Thread.currentThread();
            try {
                if (own) {
                    drain();
                } else {
                    serve();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                Flushers.this.detached.remove(this);
            }
        }

        /** One that held it up is slow now, and what it has left is for a thread of its own. */
        private void serve() throws InterruptedException {
            while (!stopped && !detached) {
                boolean more = flush(ready.take());
                if (more && target.slow) {
                    startOwn(target, true);
                } else if (more) {
                    Flushers.this.ready(target);
                }
            }
        }

        private void drain() {
            boolean more = true;
            while (more) {
                more = flush(target);
                blocked |= target.slow;
            }
            target.slow = blocked;
        }

        void interrupt() {
            Thread running = thread;
            if (running != null) {
                running.interrupt();
            }
        }

        /** One gather of the target; marks it slow if that blocked. */
        private boolean flush(FlushTarget next) {
            target = next;
            long start = System.nanoTime();
            sinceNanos = start;
            writing = true;
            wakeWatchdog(ready.isEmpty() ? SCAN_NANOS : STUCK_NANOS);
            boolean more = false;
            try {
                more = next.flush();
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "A flush failed", e);
            }
            writing = false;
            next.slow = System.nanoTime() - start > STUCK_NANOS;
            return more;
        }
    }
}
