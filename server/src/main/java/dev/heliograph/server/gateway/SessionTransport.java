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

    /** Queues a frame. False when the connection has ended or is closing: the frame is dropped. */
    boolean send(Frame frame);

    /** Bytes queued and not yet taken by the kernel. */
    long queuedBytes();

    /**
     * Sends a close frame after what is queued and ends the connection when the peer answers, at
     * the latest after 5 s. Later calls do nothing.
     */
    void close(int code, String reason);
}
