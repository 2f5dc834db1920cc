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
 * Writes what connections have queued: a ready list, a few virtual threads that take from it, and a
 * watchdog that replaces one which a slow socket holds up. The replaced one stays with its slow
 * connection until that is drained and ends; while a connection is known to be slow it gets threads
 * of its own and never again holds up the shared ones.
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
            Flusher own = new Flusher(target);
            detached.add(own);
            Thread.ofVirtual().name("heliograph-slow-flusher").start(own);
        } else {
            ready.put(target);
            if (areAllWriting()) {
                // It matters soon whether they are stuck.
                wakeWatchdog(STUCK_NANOS);
            }
        }
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
        Flusher flusher = new Flusher(null);
        shared.set(slot, flusher);
        Thread.ofVirtual().name("heliograph-flusher-" + slot).start(flusher);
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

    /** Replaces shared flushers that are stuck; how long it will be until it matters again. */
    private long replaceStuck() {
        boolean active = !detached.isEmpty() || !closing.isEmpty();
        long now = System.nanoTime();
        for (int i = 0; i < shared.length(); i++) {
            Flusher flusher = shared.get(i);
            boolean writing = flusher.writing;
            active |= writing || now - flusher.sinceNanos < QUIET_NANOS;
            if (writing && now - flusher.sinceNanos > STUCK_NANOS) {
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

    /**
     * A writing thread: shared while it takes from the ready list, detached once it has one target.
     */
    private final class Flusher implements Runnable {
        /** The target of the write under way or of the last one. */
        private volatile FlushTarget target;

        private volatile boolean writing;
        private volatile long sinceNanos = System.nanoTime();
        private volatile boolean detached;
        private volatile Thread thread;

        Flusher(FlushTarget own) {
            target = own;
            detached = own != null;
        }

        @Override
        public void run() {
            thread = Thread.currentThread();
            try {
                boolean own = detached;
                boolean more = own;
                while (!own && !stopped) {
                    more = flush(ready.take());
                    if (detached) {
                        break;
                    }
                    if (more) {
                        Flushers.this.ready(target);
                    }
                }
                boolean blocked = !own;
                while (more) {
                    more = flush(target);
                    blocked |= target.slow;
                }
                target.slow = blocked;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                Flushers.this.detached.remove(this);
            }
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
            wakeWatchdog(SCAN_NANOS);
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
