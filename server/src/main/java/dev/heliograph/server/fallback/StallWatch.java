package dev.heliograph.server.fallback;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Ends writes whose peers take no bytes, by interrupting the thread, which closes its socket. One
 * virtual thread looks after all.
 */
final class StallWatch implements AutoCloseable {

    /** A stall is noticed a tenth of its time late, at most by a second. */
    private static final int LOOKS_PER_TIMEOUT = 10;

    private static final Duration LONGEST_PERIOD = Duration.ofSeconds(1);

    private final long stallNanos;
    private final Set<Write> writes = ConcurrentHashMap.newKeySet();
    private final Thread watcher;

    StallWatch(Duration stallTimeout) {
        stallNanos = stallTimeout.toNanos();
        long period = Math.min(stallNanos / LOOKS_PER_TIMEOUT, LONGEST_PERIOD.toNanos());
        watcher = Thread.ofVirtual().name("fallback-watch").start(() -> watch(period));
    }

    /** Something that writes to a socket. */
    interface Writing {
        void write() throws IOException;
    }

    /** One under way. It is decided once whether it ended by itself or was ended. */
    private record Write(
            Thread thread, long sinceNanos, BooleanSupplier overdue, AtomicBoolean over) {}

    /**
     * Runs a write on this thread.
     *
     * @param overdue whether nobody waits for it any more, whatever the time
     * @return false when it was ended for taking too long
     * @throws IOException when the peer is gone
     */
    boolean run(BooleanSupplier overdue, Writing writing) throws IOException {
        Write write =
                new Write(Thread.currentThread(), System.nanoTime(), overdue, new AtomicBoolean());
        writes.add(write);
        boolean ended = true;
        try {
            writing.write();
        } catch (IOException | RuntimeException e) {
            if (!write.over.get()) {
                throw e;
            }
        } finally {
            writes.remove(write);
            ended = !write.over.compareAndSet(false, true);
        }
        return !ended;
    }

    private void watch(long periodNanos) {
        while (!Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(periodNanos);
            long now = System.nanoTime();
            for (Write write : writes) {
                if ((now - write.sinceNanos > stallNanos || write.overdue.getAsBoolean())
                        && write.over.compareAndSet(false, true)) {
                    write.thread.interrupt();
                }
            }
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
