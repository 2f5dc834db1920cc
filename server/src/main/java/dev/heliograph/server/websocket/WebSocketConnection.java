package dev.heliograph.server.websocket;

import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.server.gateway.Encoding;
import dev.heliograph.server.gateway.Frame;
import dev.heliograph.server.gateway.Peer;
import dev.heliograph.server.gateway.SessionHandler;
import dev.heliograph.server.gateway.SessionTransport;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * One upgraded connection. Helidon's virtual thread reads and tells the session; flushers write,
 * one at a time; anybody may queue. All ends, whatever their cause, pass through {@link #end} once.
 */
final class WebSocketConnection extends FlushTarget
        implements ServerConnection, SessionTransport, FrameReader.Events {

    private static final System.Logger LOG = System.getLogger(WebSocketConnection.class.getName());

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
    private final ConnectionContext context;
    private final HelidonSocket socket;
    private final Encoding encoding;
    private final Peer peer;
    private final FrameReader frames;
    private Supplier<SessionHandler> opener;
    private SessionHandler session;

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

    WebSocketConnection(
            Wiring wiring,
            ConnectionContext context,
            Encoding encoding,
            Peer peer,
            Supplier<SessionHandler> opener) {
        this.wiring = wiring;
        this.context = context;
        this.socket = context.serverSocket();
        this.encoding = encoding;
        this.peer = peer;
        this.opener = opener;
        this.frames = new FrameReader(wiring.config().maxMessageBytes(), encoding == Encoding.JSON);
    }

    // ---- Helidon's side: the reader thread

    /**
     * Lives as long as the connection. Throws nothing: Helidon would write HTTP into the stream.
     */
    @Override
    public void handle(Limit limit) {
        long startNanos = System.nanoTime();
        wiring.metrics().connectionOpened();
        try {
            session = opener.get();
            opener = null;
            session.onOpen(this);
            readUntilEnd();
        } catch (RuntimeException | Error e) {
            failed(e);
            readUntilEnd();
        } finally {
            end();
            wiring.metrics()
                    .connectionEnded(
                            CloseLabels.metric(handshake.code()),
                            TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
        }
    }

    /** Heartbeats find dead peers; Helidon's idle timeout has no business here. */
    @Override
    public Duration idleTime() {
        return Duration.ZERO;
    }

    /** The server stops. Sessions that were to be told have been closed before. */
    @Override
    public void close(boolean interrupt) {
        closeSocket();
    }

    private void readUntilEnd() {
        DataReader upgraded = context.dataReader();
        try {
            while (upgraded.available() > 0) {
                frames.read(upgraded.readBuffer().readBytes(), this);
            }
            SocketInternals.release(context);
            for (byte[] bytes = read(); bytes != null; bytes = read()) {
                frames.read(bytes, this);
            }
        } catch (RuntimeException | Error e) {
            failed(e);
            for (byte[] bytes = read(); bytes != null; bytes = read()) {
                LOG.log(Level.TRACE, "Discarding until the peer has read the Close");
            }
        }
    }

    /** What the socket has next; null at its end, however it came. */
    private byte[] read() {
        try {
            return socket.get();
        } catch (RuntimeException e) {
            LOG.log(Level.TRACE, "The socket ended", e);
            return null;
        }
    }

    private void failed(Throwable e) {
        LOG.log(Level.ERROR, "A session failed and is closed", e);
        close(CloseCode.CLOSE_CODE_INTERNAL_ERROR);
    }

    private void end() {
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
        if (session == null) {
            return;
        }
        try {
            session.onEnd(handshake.code(), handshake.reason());
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "A session failed at its end", e);
        }
    }

    // ---- What the frame reader tells

    @Override
    public void message(byte[] payload) {
        if (open()) {
            session.onMessage(payload);
        }
    }

    @Override
    public void ping(byte[] payload) {
        queue(ControlFrames.pong(payload), true);
    }

    /** Echoes the code; what is queued is dropped, since the peer wants no more. */
    @Override
    public void peerClosed(int code, String reason) {
        peerIs(CloseHandshake.Peer.DONE);
        startClose(code, reason, ControlFrames.close(code, ""), true);
    }

    @Override
    public void violation(CloseCode code, String problem) {
        LOG.log(Level.DEBUG, "{0} from {1}", problem, peer.ip());
        peerIs(CloseHandshake.Peer.UNREADABLE);
        close(code);
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

    private void close(CloseCode code) {
        close(code.getNumber(), CloseLabels.of(code));
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

    private boolean open() {
        lock.lock();
        try {
            return handshake.open();
        } finally {
            lock.unlock();
        }
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
            drained();
        }
        return leave();
    }

    /**
     * While this runs {@link #end} waits, so {@code onEnd} stays the last thing a session hears.
     */
    private void drained() {
        try {
            session.onDrained();
        } catch (RuntimeException | Error e) {
            failed(e);
        }
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
            socket.write(BufferData.create(bytes, 0, bytes.length));
        } catch (RuntimeException e) {
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
            closeSocket();
        } else if (linger) {
            SocketInternals.shutdownOutput(socket);
        }
    }

    @Override
    void stalled() {
        lock.lock();
        try {
            handshake.begin(
                    CloseCode.CLOSE_CODE_SLOW_CONSUMER_VALUE,
                    CloseLabels.of(CloseCode.CLOSE_CODE_SLOW_CONSUMER));
        } finally {
            lock.unlock();
        }
        closeSocket();
    }

    @Override
    void closeOverdue() {
        closeSocket();
    }

    /** Wakes the reader and a blocked flusher. */
    private void closeSocket() {
        try {
            socket.close();
        } catch (RuntimeException e) {
            LOG.log(Level.TRACE, "The socket was closed before", e);
        }
    }
}
