package dev.heliograph.server.observe;

import dev.heliograph.server.gateway.Peer;

/** The life of connections as structured log lines. No line ever holds a token or a payload. */
public final class ConnectionLog {

    /** A session was welcomed. */
    public void connected(
            String connectionId, String user, String device, Peer peer, long activeConnections) {}

    /** An upgraded connection ended. {@code user} and {@code device} are empty before Hello. */
    public void disconnected(
            String connectionId,
            String user,
            String device,
            Peer peer,
            int code,
            String reason,
            long activeConnections) {}

    /** A connection was refused before the upgrade. */
    public void refused(Peer peer, String code, String reason) {}
}
