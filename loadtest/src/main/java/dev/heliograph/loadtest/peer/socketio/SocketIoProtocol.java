package dev.heliograph.loadtest.peer.socketio;

import dev.heliograph.loadtest.swarm.Conversation;
import dev.heliograph.loadtest.swarm.DeviceEvents;
import dev.heliograph.loadtest.swarm.DeviceIdentity;
import dev.heliograph.loadtest.swarm.DeviceProtocol;
import java.net.URI;
import java.util.List;

/** Socket.IO protocol 5 in Engine.IO protocol 4, over WebSocket from the start. */
public final class SocketIoProtocol implements DeviceProtocol {

    @Override
    public Handshake handshake(String target, DeviceIdentity device) {
        return new Handshake(
                URI.create("ws://" + target + "/socket.io/?EIO=4&transport=websocket"), List.of());
    }

    @Override
    public Conversation conversation(DeviceIdentity device, DeviceEvents events) {
        return new SocketIoConversation(device, events);
    }
}
