package dev.heliograph.loadtest.peer.socketio;

import dev.heliograph.loadtest.peer.Base64Payload;
import dev.heliograph.loadtest.peer.launch.StreamPublisher;
import java.net.URI;

/**
 * Appends what {@code io.to(room).emit("n", payload)} on a server with the Redis Streams adapter
 * appends (0.3, {@code encode} in its adapter.js), without a server in between: what an emitter for
 * backends does. Names of users and topics need no escaping.
 */
final class SocketIoPublisher extends StreamPublisher {

    /** The adapter's default. */
    private static final String STREAM = "socket.io";

    /** The same as in {@code socketio/gateway.mjs}. */
    private static final long STREAM_ENTRIES = 100_000;

    /** {@code MessageType.BROADCAST} of socket.io-adapter. */
    private static final String BROADCAST = "3";

    SocketIoPublisher(URI redis) {
        super(redis, STREAM, STREAM_ENTRIES);
    }

    @Override
    protected Object[] forUser(String user, byte[] payload) {
        return emit("user:" + user, payload);
    }

    @Override
    protected Object[] forTopic(String topic, byte[] payload) {
        return emit("topic:" + topic, payload);
    }

    private static Object[] emit(String room, byte[] payload) {
        String data =
                "{\"opts\":{\"rooms\":[\""
                        + room
                        + "\"],\"except\":[],\"flags\":{}},\"packet\":{\"type\":2,\"data\":[\"n\",\""
                        + Base64Payload.encode(payload)
                        + "\"],\"nsp\":\"/\"}}";
        // No server has this uid, so that all servers take it for another's.
        return new Object[] {"uid", "emitter", "nsp", "/", "type", BROADCAST, "data", data};
    }
}
