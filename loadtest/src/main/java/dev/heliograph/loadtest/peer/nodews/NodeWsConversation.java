package dev.heliograph.loadtest.peer.nodews;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.heliograph.loadtest.peer.Base64Payload;
import dev.heliograph.loadtest.peer.JsonScan;
import dev.heliograph.loadtest.swarm.Conversation;
import dev.heliograph.loadtest.swarm.DeviceEvents;
import dev.heliograph.loadtest.swarm.DeviceIdentity;
import io.netty.buffer.ByteBuf;

/** Subscribes, then listens. It knows of no positions: what was missed stays so. */
final class NodeWsConversation implements Conversation {

    private static final byte[] DATA = "\"data\":\"".getBytes(UTF_8);
    private static final byte[] SUBSCRIBED = "{\"type\":\"subscribed\"".getBytes(UTF_8);

    private final DeviceIdentity device;
    private final DeviceEvents events;

    NodeWsConversation(DeviceIdentity device, DeviceEvents events) {
        this.device = device;
        this.events = events;
    }

    @Override
    public void opened(Wire wire) {
        JsonArray topics = new JsonArray();
        device.topics().forEach(topics::add);
        JsonObject subscribe = new JsonObject();
        subscribe.addProperty("type", "subscribe");
        subscribe.add("topics", topics);
        ByteBuf message = wire.buffer();
        message.writeCharSequence(subscribe.toString(), UTF_8);
        wire.text(message);
    }

    @Override
    public void message(ByteBuf message, boolean binary, Wire wire) {
        int data = JsonScan.after(message, DATA);
        if (data >= 0) {
            Base64Payload.receive(message, data, JsonScan.quote(message, data), events);
        } else if (JsonScan.startsWith(message, SUBSCRIBED)) {
            events.ready();
        }
    }

    @Override
    public void closed() {}
}
