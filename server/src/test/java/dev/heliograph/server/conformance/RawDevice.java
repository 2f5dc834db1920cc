package dev.heliograph.server.conformance;

import static dev.heliograph.server.websocket.WireFrames.FIN;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import com.google.protobuf.util.JsonFormat;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.proto.device.v1.Hello;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.proto.device.v1.Unsubscribe;
import dev.heliograph.server.gateway.Encoding;
import dev.heliograph.server.websocket.RawClient;
import dev.heliograph.server.websocket.WireFrames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A welcomed device on a bare socket, subscribed to its inbox. The gateway is no echo server, but
 * its refusal of an Unsubscribe repeats the channel (R-10, E-1): that is how a case sees that a
 * message arrived as it was sent.
 */
final class RawDevice implements AutoCloseable {

    private final Encoding encoding;
    private final RawClient client;

    /** On a connection on which nothing has been said. */
    RawDevice(RawClient client, String token, String user, Encoding encoding, List<String> offers)
            throws IOException {
        this.encoding = encoding;
        this.client = client;
        String[] headers = Arrays.copyOf(offers.toArray(String[]::new), offers.size() + 2);
        headers[offers.size()] = "Authorization: Bearer " + token;
        headers[offers.size() + 1] = "Sec-WebSocket-Protocol: " + encoding.subprotocol();
        RawClient.Answer answer = client.upgrade(headers);
        assertThat(answer.toString(), answer.status(), is(101));
        assertThat(
                "F-7: no extension is negotiated",
                answer.header("sec-websocket-extensions") == null);
        send(
                message(
                        ClientFrame.newBuilder()
                                .setHello(Hello.newBuilder().setDeviceId("device"))),
                message(
                        ClientFrame.newBuilder()
                                .setSubscribe(
                                        Subscribe.newBuilder()
                                                .setChannel("user/" + user)
                                                .setSubId(1))));
        assertThat(frame().hasWelcome(), is(true));
        assertThat(frame().hasSubscribed(), is(true));
    }

    /** First byte of a message of the encoding. */
    int opcode() {
        return encoding == Encoding.JSON ? WireFrames.TEXT : WireFrames.BINARY;
    }

    /** The payload of a message whose answer repeats the name. */
    byte[] asking(String name) {
        return payload(
                ClientFrame.newBuilder().setUnsubscribe(Unsubscribe.newBuilder().setChannel(name)));
    }

    /** The message whose answer repeats the name, in one frame. */
    byte[] ask(String name) {
        return WireFrames.masked(FIN | opcode(), asking(name));
    }

    /** Sends in one write. */
    void send(byte[]... parts) throws IOException {
        client.send(parts);
    }

    /** Sends each part in a write of its own. */
    void sendEach(byte[]... parts) throws IOException {
        for (byte[] part : parts) {
            client.send(part);
        }
    }

    /** Sends in writes of so many bytes. */
    void sendChopped(int chop, byte[]... parts) throws IOException {
        byte[] all = WireFrames.concat(parts);
        for (int at = 0; at < all.length; at += chop) {
            client.send(Arrays.copyOfRange(all, at, Math.min(all.length, at + chop)));
        }
    }

    /** The next frame is the answer to a message that asked so. */
    void repeats(String name) throws IOException {
        refused(ErrorCode.ERROR_CODE_NOT_SUBSCRIBED, name);
    }

    /** The next frame is an Error with this code and channel. */
    void refused(ErrorCode code, String channel) throws IOException {
        ServerFrame frame = frame();
        assertThat(frame.toString(), frame.getError().getCode(), is(code));
        assertThat(frame.getError().getChannel(), is(channel));
    }

    /** The next frame is a Pong with this payload. */
    void pong(byte[] payload) throws IOException {
        RawClient.Received received = client.receive();
        assertThat(describe(received), received.opcode(), is(WireFrames.PONG));
        assertThat(received.payload(), is(payload));
    }

    /**
     * The next frames are Pongs to some of the Pings, in order, and in any case to the last one
     * (F-6).
     */
    void pongs(List<byte[]> pings) throws IOException {
        int answered = -1;
        while (answered < pings.size() - 1) {
            RawClient.Received received = client.receive();
            assertThat(describe(received), received.opcode(), is(WireFrames.PONG));
            int next = answered + 1;
            while (next < pings.size() && !Arrays.equals(pings.get(next), received.payload())) {
                next++;
            }
            assertThat("the Pong belongs to a later Ping", next < pings.size());
            answered = next;
        }
    }

    /** The next frame is a Deliver of this notification. */
    void delivers(String id) throws IOException {
        ServerFrame frame = frame();
        assertThat(frame.toString(), frame.getDeliver().getNotification().getId(), is(id));
    }

    /** The next frame is a Close with this code, and the last one; it is answered if asked. */
    void closed(int code, boolean answer) throws IOException {
        RawClient.Received received = client.receive();
        assertThat(describe(received), received.opcode(), is(WireFrames.CLOSE));
        byte[] payload = received.payload();
        int sent = payload.length == 0 ? 1005 : ((payload[0] & 0xFF) << 8) | (payload[1] & 0xFF);
        assertThat(sent, is(code));
        if (answer) {
            answerClose(code);
        }
        assertThat("nothing comes behind a Close", client.atEnd());
    }

    private void answerClose(int code) {
        try {
            client.send(WireFrames.close(code, ""));
        } catch (IOException e) {
            // The gateway had the device's Close already.
        }
    }

    private ServerFrame frame() throws IOException {
        RawClient.Received received = client.receive();
        assertThat(describe(received), received.opcode(), is(opcode()));
        if (encoding == Encoding.PROTO) {
            return ServerFrame.parseFrom(received.payload());
        }
        ServerFrame.Builder frame = ServerFrame.newBuilder();
        JsonFormat.parser().merge(new String(received.payload(), StandardCharsets.UTF_8), frame);
        return frame.build();
    }

    private byte[] message(ClientFrame.Builder frame) {
        return WireFrames.masked(FIN | opcode(), payload(frame));
    }

    private byte[] payload(ClientFrame.Builder frame) {
        if (encoding == Encoding.PROTO) {
            return frame.build().toByteArray();
        }
        try {
            return WireFrames.utf8(
                    JsonFormat.printer().omittingInsignificantWhitespace().print(frame));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String describe(RawClient.Received received) {
        return "opcode "
                + received.opcode()
                + ": "
                + new String(received.payload(), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
