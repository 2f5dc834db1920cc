package dev.heliograph.loadtest.peer.centrifugo;

import dev.heliograph.loadtest.swarm.Conversation;
import dev.heliograph.loadtest.swarm.DeviceEvents;
import dev.heliograph.loadtest.swarm.DeviceIdentity;
import dev.heliograph.loadtest.swarm.DeviceProtocol;
import java.net.URI;
import java.util.List;

/**
 * Centrifugo's client protocol in JSON: https://centrifugal.dev/docs/transports/client_protocol.
 */
public final class CentrifugoProtocol implements DeviceProtocol {

    @Override
    public Handshake handshake(String target, DeviceIdentity device) {
        return new Handshake(URI.create("ws://" + target + "/connection/websocket"), List.of());
    }

    @Override
    public Conversation conversation(DeviceIdentity device, DeviceEvents events) {
        return new CentrifugoConversation(device, events);
    }
}
