package dev.heliograph.server.websocket;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import java.time.Duration;

/**
 * What Helidon runs after the handshake. It takes a plain socket out of Helidon's hands, so that
 * everything that was there for HTTP can go; one with TLS stays on Helidon's thread.
 */
final class UpgradedConnection implements ServerConnection {

    private final ConnectionContext context;
    private final WebSocketConnection connection;
    private final Readers readers;

    /** A connection whose handshake has been answered. */
    UpgradedConnection(ConnectionContext context, WebSocketConnection connection, Readers readers) {
        this.context = context;
        this.connection = connection;
        this.readers = readers;
    }

    @Override
    public void handle(Limit limit) {
        DataReader upgraded = context.dataReader();
        while (upgraded.available() > 0) {
            connection.early(upgraded.readBuffer().readBytes());
        }
        if (connection.ownsSocket() && SocketInternals.takeOver(context)) {
            readers.start(connection);
        } else {
            SocketInternals.release(context);
            connection.run();
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
        connection.close();
    }
}
