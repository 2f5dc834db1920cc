package dev.heliograph.loadtest.swarm;

import java.net.URI;
import java.util.List;

/**
 * What one system's devices say on their WebSocket. Stateless; the state of a device is its
 * conversation.
 */
public interface DeviceProtocol {

    /**
     * How a device connects.
     *
     * @param uri with its credentials, where the system takes them there
     * @param subprotocols to offer; none when empty
     */
    record Handshake(URI uri, List<String> subprotocols) {
        /** Keeps a copy. */
        public Handshake {
            subprotocols = List.copyOf(subprotocols);
        }
    }

    /**
     * How a device connects to a gateway.
     *
     * @param target {@code host:port} of the gateway
     */
    Handshake handshake(String target, DeviceIdentity device);

    /** What a device says and knows. It outlives its connections, and belongs to one event loop. */
    Conversation conversation(DeviceIdentity device, DeviceEvents events);
}
