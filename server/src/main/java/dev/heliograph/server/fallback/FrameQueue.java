package dev.heliograph.server.fallback;

import dev.heliograph.proto.device.v1.Closed;
import dev.heliograph.server.gateway.Encoding;
import dev.heliograph.server.gateway.Frame;
import dev.heliograph.server.gateway.Peer;
import dev.heliograph.server.gateway.SessionTransport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;

/**
 * What a session has for a device that speaks HTTP, until the thread of its request takes it. What
 * was taken counts as queued until it is {@link #written}.
 */
final class FrameQueue implements SessionTransport {

    private final Peer peer;
    private final boolean asksOnce;
    private final long softLimitBytes;
    private final LongConsumer counted;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /* Guarded by lock. */
    private final ArrayDeque<Frame> frames = new ArrayDeque<>();
    private Closed closed;
    private long closedNanos;
    private long takenBytes;
    private boolean aboveSoftLimit;

    private final CountDownLatch noted = new CountDownLatch(1);

    /** Written under the lock. */
    private volatile long queuedBytes;

    /**
     * An empty queue.
     *
     * @param asksOnce whether it is for a single answer
     * @param counted hears how many bytes were added, or, negative, went
     */
    FrameQueue(Peer peer, boolean asksOnce, long softLimitBytes, LongConsumer counted) {
        this.peer = peer;
        this.asksOnce = asksOnce;
        this.softLimitBytes = softLimitBytes;
        this.counted = counted;
    }

    // ---- The session's side: any thread

    @Override
    public Encoding encoding() {
        return Encoding.JSON;
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public boolean hears() {
        return false;
    }

    @Override
    public boolean asksOnce() {
        return asksOnce;
    }

    @Override
    public boolean send(Frame frame) {
        int bytes = bytes(frame);
        lock.lock();
        try {
            if (closed != null) {
                return false;
            }
            frames.add(frame);
            count(bytes);
            aboveSoftLimit |= queuedBytes > softLimitBytes;
            changed.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long queuedBytes() {
        return queuedBytes;
    }

    @Override
    public void close(int code, String reason) {
        lock.lock();
        try {
            if (closed == null) {
                closed = Closed.newBuilder().setCode(code).setReason(reason).build();
                closedNanos = System.nanoTime();
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void noted() {
        noted.countDown();
    }

    // ---- The request's side: its thread

    /**
     * Takes the next frames, at most about so many bytes but at least one frame. Waits for them;
     * empty when none came in time or the session is closed.
     */
    List<Frame> take(long maxBytes, long waitNanos) throws InterruptedException {
        lock.lock();
        try {
            long left = waitNanos;
            while (frames.isEmpty() && closed == null && left > 0) {
                left = changed.awaitNanos(left);
            }
            List<Frame> taken = new ArrayList<>();
            long bytes = 0;
            while (!frames.isEmpty() && bytes < maxBytes) {
                Frame frame = frames.poll();
                bytes += bytes(frame);
                taken.add(frame);
            }
            takenBytes += bytes;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** What was taken is with the kernel; true when the queue, having been too full, is empty. */
    boolean written() {
        lock.lock();
        try {
            count(-takenBytes);
            takenBytes = 0;
            boolean drained = aboveSoftLimit && frames.isEmpty() && closed == null;
            aboveSoftLimit &= !frames.isEmpty();
            return drained;
        } finally {
            lock.unlock();
        }
    }

    boolean isFull() {
        return queuedBytes > softLimitBytes;
    }

    /** How the session was closed, if it was. */
    Optional<Closed> closed() {
        lock.lock();
        try {
            return Optional.ofNullable(closed);
        } finally {
            lock.unlock();
        }
    }

    /** Whether it was closed so long ago. Any thread. */
    boolean closedFor(long nanos) {
        lock.lock();
        try {
            return closed != null && System.nanoTime() - closedNanos > nanos;
        } finally {
            lock.unlock();
        }
    }

    /** Nobody takes any more. */
    void drop() {
        lock.lock();
        try {
            frames.clear();
            takenBytes = 0;
            count(-queuedBytes);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the installation knows of the session's end; false if it took too long. */
    boolean awaitNoted(long timeoutMs) throws InterruptedException {
        return noted.await(timeoutMs, TimeUnit.MILLISECONDS);
    }

    /** Under the lock. */
    private void count(long bytes) {
        queuedBytes += bytes;
        counted.accept(bytes);
    }

    private static int bytes(Frame frame) {
        return frame.payload(Encoding.JSON).remaining();
    }
}
