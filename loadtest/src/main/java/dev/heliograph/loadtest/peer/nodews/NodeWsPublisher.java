package dev.heliograph.loadtest.peer.nodews;

import dev.heliograph.loadtest.peer.Base64Payload;
import dev.heliograph.loadtest.peer.launch.StreamPublisher;
import java.net.URI;

/** Appends what the gateways' {@code stream-consumer.mjs} reads. */
final class NodeWsPublisher extends StreamPublisher {

    private static final String STREAM = "notifications";

    /** Gateways read within milliseconds; this is 50 s at 2,000 per second. */
    private static final long STREAM_ENTRIES = 100_000;

    NodeWsPublisher(URI redis) {
        super(redis, STREAM, STREAM_ENTRIES);
    }

    @Override
    protected Object[] forUser(String user, byte[] payload) {
        return new Object[] {"user", user, "data", Base64Payload.encode(payload)};
    }

    @Override
    protected Object[] forTopic(String topic, byte[] payload) {
        return new Object[] {"topic", topic, "data", Base64Payload.encode(payload)};
    }
}
