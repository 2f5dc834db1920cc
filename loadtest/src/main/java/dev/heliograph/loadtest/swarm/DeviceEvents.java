package dev.heliograph.loadtest.swarm;

import io.netty.buffer.ByteBuf;

/** What a device tells the swarm. */
public interface DeviceEvents {

    /** It is authenticated and subscribed to all that it wants. */
    void ready();

    /**
     * The application got a payload.
     *
     * @param payload its bytes, from the reader's to the writer's index; valid until this returns
     */
    void received(ByteBuf payload);

    /** The numbers of the protocol show that something did not come. */
    void hole();

    /** The server says that something was lost or is not known any more. */
    void reset();
}
