package dev.heliograph.server.websocket;

/** What flushers serve: a connection, or a stand-in for one in tests. */
abstract class FlushTarget {

    /** Whether its last writes blocked. Written by the flusher that serves it. */
    volatile boolean slow;

    /** When the peer's answer to the Close frame is overdue. Written once, before it is watched. */
    volatile long closeDeadlineNanos;

    /**
     * Writes the next gather, blocking; true when there is more. Called by one flusher at a time.
     */
    abstract boolean flush();

    /** Its write has been blocked for the stall timeout. */
    abstract void stalled();

    /** The peer did not answer the Close frame in time. */
    abstract void closeOverdue();
}
