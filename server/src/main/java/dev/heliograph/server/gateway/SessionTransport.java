package dev.heliograph.server.gateway;

/**
 * A session's way to its device. One per connection; every method may be called from any thread and
 * never blocks.
 */
public interface SessionTransport {

    /** The frame encoding that was negotiated. */
    Encoding encoding();

    /** Who is at the other end. */
    Peer peer();

    /**
     * Whether the device can send on this connection. Where it cannot, no heartbeat is answered,
     * and the transport itself finds out when the device is gone.
     */
    default boolean hears() {
        return true;
    }

    /** Whether the device leaves with what it is told, rather than waiting for what comes. */
    default boolean asksOnce() {
        return false;
    }

    /** Queues a frame. False when the connection has ended or is closing: the frame is dropped. */
    boolean send(Frame frame);

    /** Bytes queued and not yet taken by the kernel. */
    long queuedBytes();

    /**
     * Sends a close frame after what is queued and ends the connection when the peer answers, at
     * the latest after 5 s. Later calls do nothing.
     */
    void close(int code, String reason);

    /**
     * The installation knows that the welcomed session has ended, or could not be told. Comes after
     * {@link SessionHandler#onEnd}; must not block.
     */
    default void noted() {}
}
