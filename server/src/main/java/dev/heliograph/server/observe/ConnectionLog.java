package dev.heliograph.server.observe;

import dev.heliograph.server.gateway.Peer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The life of connections as structured log lines. No line ever holds a token or a payload. */
public final class ConnectionLog {

    private static final System.Logger LOGGER = System.getLogger(ConnectionLog.class.getName());

    /** A flood of refusals must not fill a disk; metrics count them all. */
    private static final int REFUSALS_PER_SECOND = 100;

    private static final long SECOND_NANOS = 1_000_000_000L;

    private final AtomicLong refusedSecond = new AtomicLong(Long.MIN_VALUE);
    private final AtomicInteger refusedInSecond = new AtomicInteger();

    /** A session was welcomed. */
    public void connected(
            String connectionId, String user, String device, Peer peer, long activeConnections) {
        Map<String, Object> fields = new LinkedHashMap<>();
        identity(fields, connectionId, user, device);
        peer(fields, peer);
        fields.put("active_connections", activeConnections);
        log("connected", fields);
    }

    /** An upgraded connection ended. {@code user} and {@code device} are empty before Hello. */
    public void disconnected(
            String connectionId,
            String user,
            String device,
            Peer peer,
            int code,
            String reason,
            long activeConnections) {
        Map<String, Object> fields = new LinkedHashMap<>();
        identity(fields, connectionId, user, device);
        peer(fields, peer);
        fields.put("code", code);
        fields.put("reason", reason);
        fields.put("active_connections", activeConnections);
        log("disconnected", fields);
    }

    /** A connection was refused before the upgrade. Of many in a second the first are logged. */
    public void refused(Peer peer, String code, String reason) {
        long second = System.nanoTime() / SECOND_NANOS;
        if (refusedSecond.getAndSet(second) != second) {
            refusedInSecond.set(0);
        }
        if (refusedInSecond.incrementAndGet() > REFUSALS_PER_SECOND) {
            return;
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        peer(fields, peer);
        fields.put("code", code);
        fields.put("reason", reason);
        log("refused", fields);
    }

    private static void identity(
            Map<String, Object> fields, String connectionId, String user, String device) {
        fields.put("connection_id", connectionId);
        fields.put("user", user);
        fields.put("device", device);
    }

    private static void peer(Map<String, Object> fields, Peer peer) {
        fields.put("ip", peer.ip());
        fields.put("user_agent", peer.userAgent());
    }

    private static void log(String event, Map<String, Object> fields) {
        fields.put("event", event);
        LOGGER.log(System.Logger.Level.INFO, event, new LogFields(fields));
    }
}
