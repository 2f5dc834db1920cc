package dev.heliograph.loadtest.peer.centrifugo;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.heliograph.loadtest.peer.Base64Payload;
import dev.heliograph.loadtest.peer.JsonScan;
import dev.heliograph.loadtest.swarm.Conversation;
import dev.heliograph.loadtest.swarm.DeviceEvents;
import dev.heliograph.loadtest.swarm.DeviceIdentity;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.stream.Stream;

/**
 * Connects, which subscribes to the personal channel; then subscribes to the topics. Each channel
 * is recovered from the position it had. A message holds replies and pushes, a line each.
 */
final class CentrifugoConversation implements Conversation {

    private static final byte[] PING = "{}".getBytes(UTF_8);
    private static final byte[] PUSH = "{\"push\":".getBytes(UTF_8);
    private static final byte[] PUBLICATION = "\"pub\":".getBytes(UTF_8);
    private static final byte[] UNSUBSCRIBE = "\"unsubscribe\":".getBytes(UTF_8);
    private static final byte[] CHANNEL = "\"channel\":\"".getBytes(UTF_8);
    private static final byte[] DATA = "\"data\":\"".getBytes(UTF_8);
    private static final byte[] OFFSET = "\"offset\":".getBytes(UTF_8);

    /** Commands are numbered: this one connects, channel i is subscribed to by i + 1. */
    private static final int CONNECT = 1;

    /** How late a ping may be, as in the JavaScript SDK. */
    private static final long PING_DELAY_MS = 10_000;

    private static final int NORMAL = 1000;

    private final DeviceIdentity device;
    private final DeviceEvents events;
    /* The personal one first. */
    private final List<ChannelPosition> channels;
    private int unanswered;

    CentrifugoConversation(DeviceIdentity device, DeviceEvents events) {
        this.device = device;
        this.events = events;
        this.channels =
                Stream.concat(
                                Stream.of(CentrifugoConfig.personal(device.user())),
                                device.topics().stream().map(CentrifugoConfig::topic))
                        .map(ChannelPosition::new)
                        .toList();
    }

    @Override
    public void opened(Wire wire) {
        unanswered = channels.size() - 1;
        ChannelPosition personal = channels.getFirst();
        JsonObject subscriptions = new JsonObject();
        subscriptions.add(personal.channel(), personal.request());
        JsonObject connect = new JsonObject();
        connect.addProperty("token", device.token());
        connect.add("subs", subscriptions);
        send(wire, command(CONNECT, "connect", connect));
    }

    @Override
    public void message(ByteBuf message, boolean binary, Wire wire) {
        while (message.isReadable()) {
            int end = message.indexOf(message.readerIndex(), message.writerIndex(), (byte) '\n');
            int length = (end < 0 ? message.writerIndex() : end) - message.readerIndex();
            line(message.readSlice(length), wire);
            if (end >= 0) {
                message.skipBytes(1);
            }
        }
    }

    @Override
    public void closed() {}

    private void line(ByteBuf line, Wire wire) {
        if (JsonScan.startsWith(line, PUSH)) {
            push(line, wire);
        } else if (line.readableBytes() == PING.length) {
            send(wire, "{}");
        } else if (line.isReadable()) {
            reply(json(line), wire);
        }
    }

    private void push(ByteBuf line, Wire wire) {
        int name = JsonScan.after(line, CHANNEL);
        int data = JsonScan.after(line, DATA);
        if (name >= 0 && data >= 0 && JsonScan.after(line, PUBLICATION) >= 0) {
            int channel = channel(line, name);
            if (channel >= 0) {
                Base64Payload.receive(line, data, JsonScan.quote(line, data), events);
                position(channel, number(line, JsonScan.after(line, OFFSET)));
            }
        } else if (name >= 0 && JsonScan.after(line, UNSUBSCRIBE) >= 0) {
            // The server has lost track of the position: the answer is to subscribe anew.
            int channel = channel(line, name);
            if (channel > 0) {
                events.hole();
                subscribe(channel, wire);
            }
        }
    }

    private void position(int channel, long offset) {
        if (!channels.get(channel).next(offset)) {
            events.hole();
        }
    }

    private void reply(JsonObject reply, Wire wire) {
        if (reply.has("error")) {
            JsonObject error = reply.getAsJsonObject("error");
            events.failed("error " + error.get("code") + " " + error.get("message"));
            wire.close(NORMAL);
        } else if (reply.has("connect")) {
            connected(reply.getAsJsonObject("connect"), wire);
        } else if (reply.has("subscribe")) {
            subscribed(
                    channels.get(reply.get("id").getAsInt() - CONNECT),
                    reply.getAsJsonObject("subscribe"));
            unanswered--;
            readyWhenAllAre();
        }
    }

    private void connected(JsonObject result, Wire wire) {
        if (result.has("ping")) {
            wire.silenceLimit(result.get("ping").getAsLong() * 1_000 + PING_DELAY_MS);
        }
        ChannelPosition personal = channels.getFirst();
        JsonObject subscriptions = result.getAsJsonObject("subs");
        if (subscriptions == null || !subscriptions.has(personal.channel())) {
            events.failed("no personal channel");
            wire.close(NORMAL);
            return;
        }
        subscribed(personal, subscriptions.getAsJsonObject(personal.channel()));
        for (int channel = 1; channel < channels.size(); channel++) {
            subscribe(channel, wire);
        }
        readyWhenAllAre();
    }

    private void subscribed(ChannelPosition channel, JsonObject result) {
        if (result.has("publications")) {
            for (JsonElement publication : result.getAsJsonArray("publications")) {
                String data = publication.getAsJsonObject().get("data").getAsString();
                Base64Payload.receive(data, events);
            }
        }
        if (!channel.subscribed(result)) {
            events.reset();
        }
    }

    private void readyWhenAllAre() {
        if (unanswered == 0) {
            events.ready();
        }
    }

    private void subscribe(int channel, Wire wire) {
        JsonObject request = channels.get(channel).request();
        request.addProperty("channel", channels.get(channel).channel());
        send(wire, command(CONNECT + channel, "subscribe", request));
    }

    /** The number of the channel whose name begins there; -1 when it is not one of the device's. */
    private int channel(ByteBuf line, int from) {
        int length = JsonScan.quote(line, from) - from;
        for (int i = 0; i < channels.size(); i++) {
            String name = channels.get(i).channel();
            if (name.length() == length
                    && name.contentEquals(line.getCharSequence(from, length, UTF_8))) {
                return i;
            }
        }
        return -1;
    }

    private static long number(ByteBuf line, int from) {
        long number = 0;
        for (int at = from; at >= 0 && at < line.writerIndex(); at++) {
            int digit = line.getByte(at) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    private static JsonObject json(ByteBuf line) {
        return JsonParser.parseString(line.toString(UTF_8)).getAsJsonObject();
    }

    private static String command(int id, String name, JsonObject request) {
        JsonObject command = new JsonObject();
        command.addProperty("id", id);
        command.add(name, request);
        return command.toString();
    }

    private static void send(Wire wire, String command) {
        ByteBuf message = wire.buffer();
        message.writeCharSequence(command, UTF_8);
        wire.text(message);
    }
}
