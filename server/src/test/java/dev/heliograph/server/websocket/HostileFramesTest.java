package dev.heliograph.server.websocket;

import static dev.heliograph.server.websocket.WireFrames.BINARY;
import static dev.heliograph.server.websocket.WireFrames.CLOSE;
import static dev.heliograph.server.websocket.WireFrames.CONTINUATION;
import static dev.heliograph.server.websocket.WireFrames.FIN;
import static dev.heliograph.server.websocket.WireFrames.PING;
import static dev.heliograph.server.websocket.WireFrames.TEXT;
import static dev.heliograph.server.websocket.WireFrames.concat;
import static dev.heliograph.server.websocket.WireFrames.frame;
import static dev.heliograph.server.websocket.WireFrames.masked;
import static dev.heliograph.server.websocket.WireFrames.text;
import static dev.heliograph.server.websocket.WireFrames.utf8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.Hello;
import dev.heliograph.server.WholeServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything wrong that a device can send to a whole server. */
class HostileFramesTest {

    private static final int LIMIT = 16_384;

    private static WholeServer whole;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        whole = new WholeServer(directory);
    }

    @AfterAll
    static void stop() {
        whole.close();
    }

    @AfterEach
    void theBystanderIsWell() {
        whole.bystanderStillReceives();
    }

    static Stream<Arguments> fatal() {
        byte[] half = new byte[LIMIT / 2 + 1];
        return Stream.of(
                Arguments.of("F-1 text that is no frame", text("garbage"), 4500),
                Arguments.of("F-1 JSON of another shape", text("[1,2]"), 4500),
                Arguments.of("F-1 a field of a wrong type", text("{\"ack\":7}"), 4500),
                Arguments.of("F-1 deep nesting", text("{\"x\":".repeat(3_000)), 4500),
                Arguments.of("C-8 a second hello", text("{\"hello\":{}}"), 4500),
                Arguments.of("F-3 too large", masked(FIN | TEXT, new byte[LIMIT + 1]), 1009),
                Arguments.of(
                        "F-3 too large in fragments",
                        concat(masked(TEXT, half), masked(FIN | CONTINUATION, half)),
                        1009),
                Arguments.of(
                        "F-3 a claim of 1 TiB",
                        frame(FIN | TEXT, 1L << 40, true, new byte[0]),
                        1009),
                Arguments.of("F-4 binary on JSON", masked(FIN | BINARY, new byte[1]), 1003),
                Arguments.of(
                        "F-4 not UTF-8", masked(FIN | TEXT, new byte[] {(byte) 0xC3, 0x28}), 1007),
                Arguments.of("F-5 unmasked", frame(FIN | TEXT, 2, false, utf8("{}")), 1002),
                Arguments.of("F-5 reserved opcode 3", masked(FIN | 0x3, new byte[0]), 1002),
                Arguments.of("F-5 reserved opcode 11", masked(FIN | 0xB, new byte[0]), 1002),
                Arguments.of("F-5 reserved bit", masked(FIN | 0x40 | TEXT, utf8("{}")), 1002),
                Arguments.of("F-5 fragmented Ping", masked(PING, new byte[0]), 1002),
                Arguments.of("F-5 Ping of 126 bytes", masked(FIN | PING, new byte[126]), 1002),
                Arguments.of(
                        "F-5 continuation of nothing",
                        masked(FIN | CONTINUATION, utf8("{}")),
                        1002),
                Arguments.of(
                        "F-5 a message inside another",
                        concat(masked(TEXT, utf8("{")), masked(FIN | TEXT, utf8("{}"))),
                        1002),
                Arguments.of(
                        "F-5 Close with a code that is none",
                        masked(FIN | CLOSE, new byte[] {0x03, (byte) 0xED}),
                        1002));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fatal")
    void isClosedWithItsCode(String rule, byte[] attack, int code) throws IOException {
        try (RawClient client = welcomed()) {
            client.send(attack);
            String answer = client.frame();
            while (!answer.startsWith("close")) {
                answer = client.frame();
            }
            assertThat(answer, startsWith("close " + code));
        }
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of(
                        "R-1 another's inbox", subscribe("user/bystander"), "ERROR_CODE_FORBIDDEN"),
                Arguments.of(
                        "R-1 a topic without permission",
                        subscribe("topic/secret"),
                        "ERROR_CODE_FORBIDDEN"),
                Arguments.of(
                        "R-1 no channel", subscribe("nonsense"), "ERROR_CODE_INVALID_ARGUMENT"),
                Arguments.of(
                        "R-6 a position of one's own making",
                        "{\"subscribe\":{\"channel\":\"user/mallory\",\"subId\":7,\"position\":\"1\"}}",
                        "ERROR_CODE_INVALID_POSITION"),
                Arguments.of(
                        "F-2 a frame of a newer client",
                        "{\"rewind\":{\"channel\":\"user/mallory\"}}",
                        "ERROR_CODE_UNKNOWN_FRAME"));
    }

    private static String subscribe(String channel) {
        return "{\"subscribe\":{\"channel\":\"" + channel + "\",\"subId\":7}}";
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void isToldWhatWasWrongAndGoesOn(String rule, String frame, String code) throws IOException {
        try (RawClient client = welcomed()) {
            client.send(text(frame));
            assertThat(client.frame(), allOf(startsWith("text {\"error\""), containsString(code)));
            client.send(masked(FIN | PING, utf8("still there")));
            assertThat(client.frame(), is("pong still there"));
        }
    }

    @Test
    void anUnknownFieldOfABinaryFrameIsAFrameOfANewerClient_F2() throws IOException {
        try (RawClient client = upgraded("heliograph.v1.proto")) {
            ClientFrame hello =
                    ClientFrame.newBuilder()
                            .setHello(Hello.newBuilder().setDeviceId("mallory-2"))
                            .build();
            client.send(masked(FIN | BINARY, hello.toByteArray()));
            assertThat(client.frame(), startsWith("binary "));
            client.send(masked(FIN | BINARY, unknownField()));
            assertThat(client.frame(), containsString("no body that this gateway knows"));
            client.send(masked(FIN | PING, new byte[0]));
            assertThat(client.frame(), is("pong "));
        }
    }

    private static byte[] unknownField() throws InvalidProtocolBufferException {
        // Field 15, of no bytes.
        byte[] frame = {0x7A, 0x00};
        assertThat(
                ClientFrame.parseFrom(frame).getBodyCase(), is(ClientFrame.BodyCase.BODY_NOT_SET));
        return frame;
    }

    @Test
    void fragmentsWithAPingBetweenThemAreOneMessage() throws IOException {
        try (RawClient client = upgraded("heliograph.v1.json")) {
            client.send(
                    masked(TEXT, utf8("{\"hello\":{\"devi")),
                    masked(FIN | PING, utf8("p")),
                    masked(CONTINUATION, utf8("ceId\":\"mal")),
                    masked(FIN | CONTINUATION, utf8("lory-3\"}}")));
            assertThat(client.frame(), is("pong p"));
            assertThat(client.frame(), startsWith("text {\"welcome\""));
        }
    }

    private static RawClient upgraded(String protocol) throws IOException {
        RawClient client = new RawClient(whole.server().httpPort());
        assertThat(
                client.upgrade(
                                "Authorization: Bearer " + whole.token("mallory"),
                                "Sec-WebSocket-Protocol: " + protocol)
                        .status(),
                is(101));
        return client;
    }

    private static RawClient welcomed() throws IOException {
        RawClient client = upgraded("heliograph.v1.json");
        client.send(text("{\"hello\":{\"deviceId\":\"mallory-1\"}}"));
        assertThat(client.frame(), startsWith("text {\"welcome\""));
        return client;
    }
}
