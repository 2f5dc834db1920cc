package dev.heliograph.server.websocket;

import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.server.gateway.CodeLabels;
import dev.heliograph.server.gateway.Encoding;
import dev.heliograph.server.gateway.Frame;
import dev.heliograph.server.gateway.Peer;
import dev.heliograph.server.gateway.SessionTransport;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The writing side of one connection, and its end. Anybody may queue; flushers write, one at a
 * time; the reader thread calls {@link #end} once, last.
 */
final class WebSocketTransport extends FlushTarget implements SessionTransport {

    private static final System.Logger LOG = System.getLogger(WebSocketTransport.class.getName());

    /**
     * Most bytes of one write: as large as the socket's send buffer, so that one fits at a time.
     */
    static final int GATHER_BYTES = 64 * 1024;

    /**
     * How long the peer has for answering a Close: a round trip on a bad mobile network, and short
     * enough for a shutdown to wait for.
     */
    static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final Wiring wiring;
    private final Wire wire;
    private final Encoding encoding;
    private final Peer peer;
    private final Runnable onDrained;

    private final ReentrantLock lock = new ReentrantLock();
    /* Guarded by lock. */
    private final Outbox outbox = new Outbox();
    private final CloseHandshake handshake = new CloseHandshake();
    private boolean scheduled;
    private boolean flushing;
    private int inFlight;
    private boolean aboveSoftLimit;
    private Condition flusherLeft;

    /** Outbox and the write under way; written under the lock. */
    private volatile long queuedBytes;

    /**
     * The transport of a socket that is upgraded.
     *
     * @param onDrained runs on a flusher when a queue that was above the soft limit is empty
     */
    WebSocketTransport(Wiring wiring, Wire wire, Encoding encoding, Peer peer, Runnable onDrained) {
        this.wiring = wiring;
        this.wire = wire;
        this.encoding = encoding;
        this.peer = peer;
        this.onDrained = onDrained;
    }

    // ---- The session's side: any thread

    @Override
    public Encoding encoding() {
        return encoding;
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public boolean send(Frame frame) {
        return queue(frame.wire(encoding), false);
    }

    @Override
    public long queuedBytes() {
        return queuedBytes;
    }

    @Override
    public void close(int code, String reason) {
        startClose(code, reason, ControlFrames.close(code, reason), false);
    }

    /** Closes with a code and its label. */
    void close(CloseCode code) {
        close(code.getNumber(), CodeLabels.of(code));
    }

    private boolean queue(byte[] frame, boolean pong) {
        boolean schedule;
        lock.lock();
        try {
            if (!handshake.open()) {
                return false;
            }
            if (pong) {
                outbox.pong(frame);
            } else {
                outbox.add(frame);
            }
            recount();
            aboveSoftLimit |= queuedBytes > wiring.config().outboxSoftLimitBytes();
            schedule = schedule();
        } finally {
            lock.unlock();
        }
        if (schedule) {
            wiring.flushers().ready(this);
        }
        return true;
    }

    private void startClose(int code, String reason, byte[] closeFrame, boolean dropQueued) {
        boolean schedule;
        lock.lock();
        try {
            if (!handshake.begin(code, reason)) {
                return;
            }
            if (dropQueued) {
                outbox.clear();
            }
            outbox.add(closeFrame);
            recount();
            closeDeadlineNanos = System.nanoTime() + CLOSE_TIMEOUT.toNanos();
            schedule = schedule();
        } finally {
            lock.unlock();
        }
        wiring.flushers().watchClose(this);
        if (schedule) {
            wiring.flushers().ready(this);
        }
    }

    /** Under the lock: true when the caller has to hand this to the flushers. */
    private boolean schedule() {
        boolean first = !scheduled;
        scheduled = true;
        return first;
    }

    /** Under the lock. */
    private void recount() {
        long now = outbox.bytes() + inFlight;
        wiring.flushers().countQueued(now - queuedBytes);
        queuedBytes = now;
    }

    // ---- The reader's side

    /** Answers a Ping. */
    void pong(byte[] payload) {
        queue(ControlFrames.pong(payload), true);
    }

    /** Echoes the code; what is queued is dropped, since the peer wants no more. */
    void peerClosed(int code, String reason) {
        peerIs(CloseHandshake.Peer.DONE);
        startClose(code, reason, ControlFrames.close(code, ""), true);
    }

    /** The peer broke framing, so that even its Close will not be recognised. */
    void unreadable(CloseCode code) {
        peerIs(CloseHandshake.Peer.UNREADABLE);
        close(code);
    }

    /** Whether no end has begun. */
    boolean open() {
        lock.lock();
        try {
            return handshake.open();
        } finally {
            lock.unlock();
        }
    }

    /** The socket is gone. When this returns no flusher is here, and none will come. */
    void end() {
        closeSocket();
        lock.lock();
        try {
            handshake.end();
            while (flushing) {
                if (flusherLeft == null) {
                    flusherLeft = lock.newCondition();
                }
                flusherLeft.awaitUninterruptibly();
            }
            outbox.clear();
            recount();
        } finally {
            lock.unlock();
        }
        wiring.flushers().forget(this);
    }

    /** How it ended; for the reader, after {@link #end}. */
    CloseHandshake handshake() {
        return handshake;
    }

    private void peerIs(CloseHandshake.Peer now) {
        lock.lock();
        try {
            handshake.peer(now);
        } finally {
            lock.unlock();
        }
        closeNoticed();
    }

    // ---- The flushers' side

    @Override
    boolean flush() {
        byte[] bytes;
        lock.lock();
        try {
            if (handshake.ended() || outbox.isEmpty()) {
                scheduled = false;
                return false;
            }
            bytes = outbox.gather(GATHER_BYTES);
            inFlight = bytes.length;
            flushing = true;
        } finally {
            lock.unlock();
        }
        write(bytes);
        boolean drained;
        lock.lock();
        try {
            inFlight = 0;
            recount();
            boolean empty = outbox.isEmpty();
            drained = empty && aboveSoftLimit && handshake.open();
            aboveSoftLimit &= !empty;
            if (empty) {
                handshake.queueWritten();
            }
        } finally {
            lock.unlock();
        }
        closeNoticed();
        if (drained) {
            onDrained.run(); // end() waits for it, so onEnd stays the last thing a session hears
        }
        return leave();
    }

    /** The flusher is done with this connection for now; true when it has to come back. */
    private boolean leave() {
        lock.lock();
        try {
            flushing = false;
            if (flusherLeft != null) {
                flusherLeft.signal();
            }
            scheduled = !handshake.ended() && !outbox.isEmpty();
            return scheduled;
        } finally {
            lock.unlock();
        }
    }

    private void write(byte[] bytes) {
        try {
            wire.write(bytes);
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.TRACE, "The peer takes no more", e);
            closeSocket();
        }
    }

    /**
     * Output goes before input: unread input would turn the end into a reset that eats the Close.
     */
    private void closeNoticed() {
        boolean complete;
        boolean linger;
        lock.lock();
        try {
            complete = handshake.complete();
            linger = handshake.lingers();
        } finally {
            lock.unlock();
        }
        if (complete) {
            wire.goodbye();
        } else if (linger) {
            wire.shutdownOutput();
        }
    }

    @Override
    void stalled() {
        lock.lock();
        try {
            handshake.begin(
                    CloseCode.CLOSE_CODE_SLOW_CONSUMER_VALUE,
                    CodeLabels.of(CloseCode.CLOSE_CODE_SLOW_CONSUMER));
        } finally {
            lock.unlock();
        }
        closeSocket();
    }

    @Override
    void closeOverdue() {
        closeSocket();
    }

    /** Wakes the reader and a blocked flusher. Never waits. */
    void closeSocket() {
        wire.cut();
    }
}
