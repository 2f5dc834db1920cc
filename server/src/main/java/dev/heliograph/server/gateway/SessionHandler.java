package dev.heliograph.server.gateway;

/**
 * What a transport tells its session. {@link #onOpen}, {@link #onMessage} and {@link #onEnd} come
 * on the connection's reader thread, one after the other.
 */
public interface SessionHandler {

    /** The connection stands. Comes once, first. */
    void onOpen(SessionTransport transport);

    /**
     * A whole data message: text (valid UTF-8) on a JSON connection, binary on a proto one. The
     * array is the callee's.
     *
     * @return whether it may have waited, so that its thread has held a deep stack
     */
    boolean onMessage(byte[] payload);

    /**
     * The queue, having been above the transport's soft limit, is empty again. Comes on a flusher:
     * must not block.
     */
    void onDrained();

    /**
     * The connection has ended, however it did. Comes exactly once after {@link #onOpen}, last.
     *
     * @param code the close code that this side sent, else the one received, 1006 when there was
     *     none
     */
    void onEnd(int code, String reason);
}
