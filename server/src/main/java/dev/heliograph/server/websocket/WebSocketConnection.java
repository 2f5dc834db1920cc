package dev.heliograph.server.websocket;

import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.server.gateway.Encoding;
import dev.heliograph.server.gateway.Peer;
import dev.heliograph.server.gateway.SessionHandler;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * One upgraded connection on the virtual thread of its reader, which only reads, and tells the
 * session. All ends, whatever their cause, come by the end of {@link #run}.
 */
final class WebSocketConnection implements Runnable, FrameReader.Events {

    private static final System.Logger LOG = System.getLogger(WebSocketConnection.class.getName());

    private final Wiring wiring;
    private final Wire wire;
    private final WebSocketTransport transport;
    private final FrameReader frames;
    private final FrameRate rate;
    private final Places.Place place;

    /* What it begins with, null since: an idle connection holds nothing of it. */
    private Supplier<SessionHandler> opening;
    private List<byte[]> early = List.of();

    /** Owned by the reader. */
    private SessionHandler session;

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

    /**
     * Lives as long as the connection. Throws nothing: Helidon would write HTTP into the stream.
     */
    @Override
    public void run() {
        long startNanos = System.nanoTime();
        wiring.metrics().connectionOpened();
        try {
            open();
            readUntilEnd();
        } catch (RuntimeException | Error e) {
            failed(e);
        } finally {
            end();
            place.leave();
            wiring.metrics()
                    .connectionEnded(
                            EndReason.of(transport.handshake().code()),
                            TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
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
            guard(() -> session.onMessage(payload));
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
        Supplier<SessionHandler> made = opening;
        opening = null;
        guard(
                () -> {
                    session = made.get();
                    session.onOpen(transport);
                });
    }

    private void drained() {
        guard(session::onDrained);
    }

    private void end() {
        transport.end();
        if (session != null) {
            CloseHandshake how = transport.handshake();
            guard(() -> session.onEnd(how.code(), how.reason()));
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

    private void readUntilEnd() {
        List<byte[]> first = early;
        early = null;
        for (byte[] bytes : first) {
            frames.read(bytes, bytes.length, this);
        }
        while (wire.read(frames, this)) {}
    }
}
