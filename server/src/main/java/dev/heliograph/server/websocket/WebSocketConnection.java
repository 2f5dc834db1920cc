package dev.heliograph.server.websocket;

import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.server.gateway.Encoding;
import dev.heliograph.server.gateway.Peer;
import dev.heliograph.server.gateway.SessionHandler;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * One upgraded connection on the virtual thread of its reader, which only reads, and tells the
 * session. All ends, whatever their cause, come by the end of {@link #run}.
 */
final class WebSocketConnection implements Runnable, FrameReader.Events {

    private static final System.Logger LOG = System.getLogger(WebSocketConnection.class.getName());

    /** Collections come seconds apart, and a new thread is not noticed once in so long. */
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Wiring wiring;
    private final Wire wire;
    private final WebSocketTransport transport;
    private final FrameReader frames;
    private final FrameRate rate;
    private final ReadPace pace = new ReadPace(System.nanoTime());
    private final Places.Place place;

    /* What it begins with, null since: an idle connection holds nothing of it. */
    private Supplier<SessionHandler> opening;
    private List<byte[]> early = List.of();

    /* Owned by the reader. */
    private SessionHandler session;
    private long startNanos;
    private boolean waited;

    /**
     * A connection whose handshake has been answered.
     *
     * @param opening makes the session, on the reader thread
     * @param place is left at the end
     */
    WebSocketConnection(
            Wiring wiring,
            Wire wire,
            Encoding encoding,
            Peer peer,
            Supplier<SessionHandler> opening,
            Places.Place place) {
        this.wiring = wiring;
        this.wire = wire;
        this.opening = opening;
        this.place = place;
        transport = new WebSocketTransport(wiring, wire, encoding, peer, this::drained);
        frames = new FrameReader(wiring.config().maxMessageBytes(), encoding == Encoding.JSON);
        rate = new FrameRate(wiring.config().limits().framesPerSecond(), System.nanoTime());
    }

    /** Whether no part of Helidon is needed to read and write. */
    boolean ownsSocket() {
        return wire instanceof ChannelWire;
    }

    /** Bytes that came with the handshake; before {@link #run}. */
    void early(byte[] bytes) {
        if (early.isEmpty()) {
            early = new ArrayList<>();
        }
        early.add(bytes);
    }

    /** Lives as long as the connection. Throws nothing: Helidon would write into the stream. */
    @Override
    public void run() {
        while (readOn()) {}
    }

    /**
     * Reads until the connection ends or this thread is worn: a virtual thread keeps room for the
     * deepest stack that it ever waited with, and takes more when it goes on after the collector
     * has moved that. A new one that waits only here needs a fraction of it.
     *
     * @return false at the end, true when the caller has to go on, best in a new thread
     */
    boolean readOn() {
        waited = false;
        boolean more = true;
        try {
            if (opening != null) {
                open();
            }
            while (more && !waited) {
                long sinceNanos = System.nanoTime();
                more = wire.read(frames, this);
                long now = System.nanoTime();
                waited |= now - sinceNanos > LONG_NANOS;
                giveWay(pace.read(frames.takeCount(), frames.isDone(), now));
            }
        } catch (RuntimeException | Error e) {
            failed(e);
            more = false;
        }
        if (!more) {
            end();
        }
        return more;
    }

    /**
     * Nothing takes its core from a virtual thread whose peer sends as fast as it reads, and
     * yielding does not help: a carrier goes on with those that have yielded on it, and does not
     * come to what other threads have woken.
     */
    private static void giveWay(long nanos) {
        if (nanos > 0) {
            LockSupport.parkNanos(nanos);
        }
    }

    /** Ends the connection without a word, also one that has never run. */
    void close() {
        transport.closeSocket();
        place.leave();
    }

    @Override
    public boolean admits() {
        return rate.take(System.nanoTime());
    }

    @Override
    public void message(byte[] payload) {
        if (transport.open()) {
            guard(() -> waited |= session.onMessage(payload));
        }
    }

    @Override
    public void ping(byte[] payload) {
        transport.pong(payload);
    }

    @Override
    public void peerClosed(int code, String reason) {
        transport.peerClosed(code, reason);
    }

    @Override
    public void violation(CloseCode code, String problem) {
        LOG.log(Level.DEBUG, "{0} sent {1}", transport.peer().ip(), problem);
        transport.unreadable(code);
    }

    private void open() {
        startNanos = System.nanoTime();
        wiring.metrics().connectionOpened();
        Supplier<SessionHandler> made = opening;
        List<byte[]> first = early;
        opening = null;
        early = null;
        guard(
                () -> {
                    session = made.get();
                    session.onOpen(transport);
                });
        for (byte[] bytes : first) {
            frames.read(bytes, bytes.length, this);
        }
    }

    private void drained() {
        guard(session::onDrained);
    }

    private void end() {
        try {
            transport.end();
            if (session != null) {
                CloseHandshake how = transport.handshake();
                guard(() -> session.onEnd(how.code(), how.reason()));
            }
        } finally {
            place.leave();
            wiring.metrics()
                    .connectionEnded(
                            EndReason.of(transport.handshake().code()),
                            TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
        }
    }

    /** Runs a piece of the session. Its failure costs its own connection and nobody else's. */
    private void guard(Runnable piece) {
        try {
            piece.run();
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    private void failed(Throwable e) {
        LOG.log(Level.ERROR, "A session failed and is closed", e);
        transport.close(CloseCode.CLOSE_CODE_INTERNAL_ERROR);
    }
}
