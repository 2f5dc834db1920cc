package dev.heliograph.client.device;

import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.ConnectVerdict;
import dev.heliograph.proto.device.v1.ServerFrame;
import java.util.concurrent.CompletableFuture;

/** The way to a gateway. Methods never block. */
interface Transport {

    /**
     * Opens a connection. What becomes of it, success or not, is told to {@code events}, on any
     * thread.
     */
    Link open(String token, Events events);

    /**
     * Asks what an open with this token would meet (C-6). Fails when there is no answer within 10
     * s.
     */
    CompletableFuture<ConnectVerdict> verdict(String token);

    /** One connection. Called by the client's loop only. */
    interface Link {
        /** Queues a frame. */
        void send(ClientFrame frame);

        /** Lets one more frame in. The first comes without asking. */
        void more();

        /** Sends a close frame after what is queued; the connection ends within seconds. */
        void close();

        /** Ends the connection at once. */
        void abort();
    }

    /**
     * What a connection tells. {@code ended} or {@code failed} comes last, once; neither after an
     * abort.
     */
    interface Events {
        /** The connection stands. */
        void opened();

        /** A frame came. The next one comes after {@link Link#more}. */
        void received(ServerFrame frame);

        /** A connection that stood has ended; without a close frame the code is 1006. */
        void ended(int code, String reason);

        /** The connection could not be opened. */
        void failed(Throwable cause);
    }
}
