package dev.heliograph.server.websocket;

import java.io.IOException;

/**
 * The bytes of one upgraded connection: read by its reader, written by one flusher at a time, ended
 * by anybody.
 */
interface Wire {

    /**
     * Waits for what the peer sends next and hands it on.
     *
     * @return false at the end, however it came
     */
    boolean read(FrameReader frames, FrameReader.Events events);

    /** Writes all of it, waiting for the peer to make room. */
    void write(byte[] bytes) throws IOException;

    /** Tells the peer that nothing more comes, while reading goes on. */
    void shutdownOutput();

    /** Ends a connection on which nothing is being written; with TLS it says so first. */
    void goodbye();

    /** Ends the connection at once, which wakes whoever reads or writes. Never waits. */
    void cut();
}
