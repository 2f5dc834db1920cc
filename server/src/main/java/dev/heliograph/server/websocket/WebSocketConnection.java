package dev.heliograph.server.websocket;

import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.server.gateway.Encoding;
import dev.heliograph.server.gateway.Peer;
import dev.heliograph.server.gateway.SessionHandler;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * One upgraded connection on Helidon's virtual thread, which only reads, and tells the session. All
 * ends, whatever their cause, come by the end of {@link #handle}.
 */
final class WebSocketConnection implements ServerConnection, FrameReader.Events {

    private static final System.Logger LOG = System.getLogger(WebSocketConnection.class.getName());

    private final Wiring wiring;
    private final ConnectionContext context;
    private final WebSocketTransport transport;
    private final FrameReader frames;
    private final FrameRate rate;
    private final Supplier<SessionHandler> sessions;
    private final Places.Place place;
    private SessionHandler session;

    /**
     * A connection whose handshake has been answered.
     *
     * @param sessions makes the session, on the reader thread
     * @param place is left at the end
     */
    WebSocketConnection(
            Wiring wiring,
            ConnectionContext context,
            Encoding encoding,
            Peer peer,
            Supplier<SessionHandler> sessions,
            Places.Place place) {
        this.wiring = wiring;
        this.context = context;
        this.sessions = sessions;
        this.place = place;
        transport =
                new WebSocketTransport(
                        wiring, context.serverSocket(), encoding, peer, this::drained);
        frames = new FrameReader(wiring.config().maxMessageBytes(), encoding == Encoding.JSON);
        rate = new FrameRate(wiring.config().limits().framesPerSecond(), System.nanoTime());
    }

    /**
     * Lives as long as the connection. Throws nothing: Helidon would write HTTP into the stream.
     */
    @Override
    public void handle(Limit limit) {
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

    /** Heartbeats find dead peers; Helidon's idle timeout has no business here. */
    @Override
    public Duration idleTime() {
        return Duration.ZERO;
    }

    /** The server stops. Sessions that were to be told have been closed before. */
    @Override
    public void close(boolean interrupt) {
        transport.closeSocket();
        place.leave(); // handle may never have been called
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
        guard(
                () -> {
                    session = sessions.get();
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
        DataReader upgraded = context.dataReader();
        while (upgraded.available() > 0) {
            frames.read(upgraded.readBuffer().readBytes(), this);
        }
        SocketInternals.release(context);
        for (byte[] bytes = read(); bytes != null; bytes = read()) {
            frames.read(bytes, this);
        }
    }

    /** What the socket has next; null at its end, however it came. */
    private byte[] read() {
        try {
            return context.serverSocket().get();
        } catch (RuntimeException e) {
            LOG.log(Level.TRACE, "The socket ended", e);
            return null;
        }
    }
}
