package dev.heliograph.loadtest.peer.nodews;

import dev.heliograph.loadtest.swarm.Conversation;
import dev.heliograph.loadtest.swarm.DeviceEvents;
import dev.heliograph.loadtest.swarm.DeviceIdentity;
import dev.heliograph.loadtest.swarm.DeviceProtocol;
import java.net.URI;
import java.util.List;

/** A token in the query; then text messages of JSON. */
public final class NodeWsProtocol implements DeviceProtocol {

    @Override
    public Handshake handshake(String target, DeviceIdentity device) {
        return new Handshake(URI.create("ws://" + target + "/?token=" + device.token()), List.of());
    }

    @Override
    public Conversation conversation(DeviceIdentity device, DeviceEvents events) {
        return new NodeWsConversation(device, events);
    }
}
