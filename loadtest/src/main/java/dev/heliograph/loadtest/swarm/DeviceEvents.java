package dev.heliograph.loadtest.swarm;

import io.netty.buffer.ByteBuf;

/** What a device tells the swarm. */
public interface DeviceEvents {

    /** It is authenticated and subscribed to all that it wants. */
    void ready();

    /**
     * The application got a payload. One that the protocol lets a device recognise as a repetition
     * is reported too: what comes twice is counted, not hidden.
     *
     * @param payload its bytes, from the reader's to the writer's index; valid until this returns
     */
    void received(ByteBuf payload);

    /** The numbers of the protocol show that something did not come. */
    void hole();

    /** The server says that something was lost or is not known any more. */
    void reset();

    /**
     * The device cannot do what it is for, such as subscribe: counted by what it says.
     *
     * @param why without anything that differs from device to device
     */
    void failed(String why);
}
