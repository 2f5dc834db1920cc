package dev.heliograph.loadtest.swarm;

import io.netty.buffer.ByteBuf;

/**
 * One device's side of its protocol, over one connection after the other. Called on its event loop
 * only.
 */
public interface Conversation {

    /** A connection is open. */
    void opened(Wire wire);

    /**
     * A whole message has come.
     *
     * @param message valid until this returns
     * @param binary whether it came as a binary message
     */
    void message(ByteBuf message, boolean binary, Wire wire);

    /** The device is about to close the connection in good order: time for a last word. */
    default void closing(Wire wire) {}

    /** The connection is gone, whoever ended it. */
    void closed();

    /** Where a device writes. */
    interface Wire {

        /** Sends a text message of UTF-8; takes the buffer over. */
        void text(ByteBuf message);

        /** Sends a binary message; takes the buffer over. */
        void binary(ByteBuf message);

        /** Closes the connection. The device comes back by itself. */
        void close(int code);

        /**
         * Opens a new connection after this time, and closes this one when the new one is open. A
         * device is asked for it when a gateway leaves.
         */
        void move(long afterMillis);

        /** Runs it after this time, unless the connection is gone by then. */
        void after(long millis, Runnable task);

        /** From now on the connection is given up when nothing is heard for so long. */
        void silenceLimit(long millis);

        /** A buffer to be filled and sent, with room for the frame's header before it. */
        ByteBuf buffer();
    }
}
