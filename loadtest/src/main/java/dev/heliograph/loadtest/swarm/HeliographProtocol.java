package dev.heliograph.loadtest.swarm;

import java.net.URI;
import java.util.List;

/** Heliograph's devices, in the binary encoding. */
final class HeliographProtocol implements DeviceProtocol {

    private static final String SUBPROTOCOL = "heliograph.v1.proto";
    private static final String TOKEN_SUBPROTOCOL = "heliograph.token.";

    private final boolean acks;
    /* Shared by all conversations: one message is read at a time. */
    private final DeliverReader reader = new DeliverReader();

    HeliographProtocol(boolean acks) {
        this.acks = acks;
    }

    @Override
    public Handshake handshake(String target, DeviceIdentity device) {
        return new Handshake(
                URI.create("ws://" + target + "/v1/connect"),
                List.of(SUBPROTOCOL, TOKEN_SUBPROTOCOL + device.token()));
    }

    @Override
    public Conversation conversation(DeviceIdentity device, DeviceEvents events) {
        return new HeliographConversation(device, events, acks, reader);
    }
}
