package dev.heliograph.client.device;

/**
 * Where a client stands.
 *
 * <pre>
 * Idle → Connecting → Connected → Waiting → Connecting → …
 *            └────────────┴──────────┴──→ Closed
 * </pre>
 */
public sealed interface ConnectionState {

    /** Made, and {@code connect} not yet called. */
    record Idle() implements ConnectionState {}

    /**
     * Getting a token, opening, and greeting.
     *
     * @param attempt 0 for the first since the last connection that lasted
     */
    record Connecting(int attempt) implements ConnectionState {}

    /**
     * Welcomed by a gateway. When a gateway asks its devices to move, a client goes from Connected
     * to Connected.
     *
     * @param connectionId names the connection in the gateway's log
     * @param user the user that the token names
     * @param deviceId the device id in force
     * @param node the gateway's name
     */
    record Connected(String connectionId, String user, String deviceId, String node)
            implements ConnectionState {}

    /**
     * Between two attempts.
     *
     * @param attempt the one that comes next
     * @param delayMs how long the client waits before it
     * @param reason why there is no connection
     */
    record Waiting(int attempt, long delayMs, String reason) implements ConnectionState {}

    /**
     * Over for good. Make a new client to go on.
     *
     * @param label {@code normal} after {@code close}; {@code unauthenticated} when there is no
     *     token with which to go on; else the label of the close code, such as {@code replaced}
     * @param message what happened and what to do, for people
     */
    record Closed(String label, String message) implements ConnectionState {}
}
