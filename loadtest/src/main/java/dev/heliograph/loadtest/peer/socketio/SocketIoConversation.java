package dev.heliograph.loadtest.peer.socketio;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.heliograph.loadtest.peer.Base64Payload;
import dev.heliograph.loadtest.peer.JsonScan;
import dev.heliograph.loadtest.swarm.Conversation;
import dev.heliograph.loadtest.swarm.DeviceEvents;
import dev.heliograph.loadtest.swarm.DeviceIdentity;
import io.netty.buffer.ByteBuf;

/**
 * Connects with token, session and the position of the last message, as the client library does;
 * subscribes unless the session was recovered, for that knows its rooms.
 */
final class SocketIoConversation implements Conversation {

    /* Engine.IO packet types, then those of Socket.IO within a message; in front of each packet. */
    private static final byte[] OPEN = "0".getBytes(UTF_8);
    private static final byte[] PING = "2".getBytes(UTF_8);
    private static final byte[] CONNECTED = "40".getBytes(UTF_8);
    private static final byte[] DISCONNECTED = "41".getBytes(UTF_8);
    private static final byte[] NOTIFICATION = "42[\"n\",\"".getBytes(UTF_8);
    private static final byte[] SUBSCRIBED = "430".getBytes(UTF_8);
    private static final byte[] REFUSED = "44".getBytes(UTF_8);

    private static final String PONG = "3";
    private static final String CONNECT = "40";
    private static final String SUBSCRIBE = "420";

    private static final int NORMAL = 1000;

    private final DeviceIdentity device;
    private final DeviceEvents events;
    /* Of the session that can be recovered; empty before the first one. */
    private String pid = "";
    private byte[] offset = {};

    SocketIoConversation(DeviceIdentity device, DeviceEvents events) {
        this.device = device;
        this.events = events;
    }

    /** The server speaks first. */
    @Override
    public void opened(Wire wire) {}

    @Override
    public void message(ByteBuf message, boolean binary, Wire wire) {
        if (JsonScan.startsWith(message, NOTIFICATION)) {
            notification(message, message.readerIndex() + NOTIFICATION.length);
        } else if (JsonScan.startsWith(message, PING)) {
            send(wire, PONG);
        } else if (JsonScan.startsWith(message, OPEN)) {
            watch(message, wire);
            connect(wire);
        } else if (JsonScan.startsWith(message, CONNECTED)) {
            connected(message, wire);
        } else if (JsonScan.startsWith(message, SUBSCRIBED)) {
            events.ready();
        } else if (JsonScan.startsWith(message, REFUSED)) {
            events.failed("refused: " + message.toString(UTF_8));
            wire.close(NORMAL);
        } else if (JsonScan.startsWith(message, DISCONNECTED)) {
            wire.close(NORMAL);
        }
    }

    @Override
    public void closed() {}

    /** {@code "<payload>","<position>"]}. */
    private void notification(ByteBuf message, int from) {
        int to = JsonScan.quote(message, from);
        Base64Payload.receive(message, from, to, events);
        int position = JsonScan.quote(message, to + 1) + 1;
        if (position < message.writerIndex()) {
            byte[] latest = new byte[JsonScan.quote(message, position) - position];
            message.getBytes(position, latest);
            offset = latest;
        }
    }

    /** The client library gives a connection up when no ping came for so long. */
    private static void watch(ByteBuf message, Wire wire) {
        JsonObject limits = json(message, OPEN.length);
        wire.silenceLimit(
                limits.get("pingInterval").getAsLong() + limits.get("pingTimeout").getAsLong());
    }

    private void connect(Wire wire) {
        JsonObject auth = new JsonObject();
        auth.addProperty("token", device.token());
        if (!pid.isEmpty()) {
            auth.addProperty("pid", pid);
            auth.addProperty("offset", new String(offset, UTF_8));
        }
        send(wire, CONNECT + auth);
    }

    private void connected(ByteBuf message, Wire wire) {
        String session = json(message, CONNECTED.length).get("pid").getAsString();
        if (session.equals(pid)) {
            events.ready();
            return;
        }
        if (!pid.isEmpty()) {
            events.reset();
        }
        pid = session;
        offset = new byte[0];
        subscribe(wire);
    }

    private void subscribe(Wire wire) {
        JsonArray topics = new JsonArray();
        device.topics().forEach(topics::add);
        JsonArray event = new JsonArray();
        event.add("subscribe");
        event.add(topics);
        send(wire, SUBSCRIBE + event);
    }

    private static JsonObject json(ByteBuf message, int from) {
        return JsonParser.parseString(message.toString(UTF_8).substring(from)).getAsJsonObject();
    }

    private static void send(Wire wire, String packet) {
        ByteBuf message = wire.buffer();
        message.writeCharSequence(packet, UTF_8);
        wire.text(message);
    }
}
