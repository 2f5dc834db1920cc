package dev.heliograph.loadtest.peer.floor;

import dev.heliograph.loadtest.swarm.Conversation;
import dev.heliograph.loadtest.swarm.DeviceEvents;
import dev.heliograph.loadtest.swarm.DeviceIdentity;
import dev.heliograph.loadtest.swarm.DeviceProtocol;
import io.netty.buffer.ByteBuf;
import java.net.URI;
import java.util.List;

/** User and topics in the path; then an empty message, and from then on payloads. */
public final class FloorProtocol implements DeviceProtocol {

    @Override
    public Handshake handshake(String target, DeviceIdentity device) {
        return new Handshake(
                URI.create(
                        "ws://%s/%s/%s"
                                .formatted(
                                        target, device.user(), String.join(",", device.topics()))),
                List.of());
    }

    @Override
    public Conversation conversation(DeviceIdentity device, DeviceEvents events) {
        return new Listening(events);
    }

    /** Says nothing. */
    private record Listening(DeviceEvents events) implements Conversation {

        @Override
        public void opened(Wire wire) {}

        @Override
        public void message(ByteBuf message, boolean binary, Wire wire) {
            if (message.isReadable()) {
                events.received(message);
            } else {
                events.ready();
            }
        }

        @Override
        public void closed() {}
    }
}
