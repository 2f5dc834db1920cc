package dev.heliograph.server.websocket;

import static dev.heliograph.server.websocket.WireFrames.FIN;
import static dev.heliograph.server.websocket.WireFrames.PING;
import static dev.heliograph.server.websocket.WireFrames.close;
import static dev.heliograph.server.websocket.WireFrames.masked;
import static dev.heliograph.server.websocket.WireFrames.text;
import static dev.heliograph.server.websocket.WireFrames.utf8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.fail;

import dev.heliograph.server.gateway.Frame;
import dev.heliograph.server.gateway.SessionTransport;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionTest {

    private final GatewayFixture gateway = new GatewayFixture();

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void c2MessagesGoBothWaysAlsoThoseSentWithTheHandshake() throws Exception {
        try (RawClient client = RawClient.openJson(gateway.port())) {
            RecordingSession session = gateway.session();
            client.send(text("one"), text("two".repeat(5_000)));
            assertThat(session.message(), is("one"));
            assertThat(session.message(), is("two".repeat(5_000)));
            assertThat(session.transport().send(GatewayFixture.frame(3)), is(true));
            assertThat(
                    client.frame(), is("text {\"deliver\":{\"notification\":{\"type\":\"xxx\"}}}"));
        }
    }

    @Test
    void c9WhatComesInOnePacketWithTheHandshakeIsRead() throws Exception {
        try (RawClient client = new RawClient(gateway.port())) {
            String request =
                    "GET /v1/connect HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket"
                            + "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key:"
                            + " dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer good-alice"
                            + "\r\nSec-WebSocket-Protocol: heliograph.v1.json\r\n\r\n";
            client.send(utf8(request), text("hello"), text("again"));
            assertThat(client.answer().status(), is(101));
            RecordingSession session = gateway.session();
            assertThat(session.message(), is("hello"));
            assertThat(session.message(), is("again"));
            client.send(text("later"));
            assertThat(session.message(), is("later"));
        }
    }

    @Test
    void anUpgradedConnectionLeavesHelidonsThreadAndItsMemory() throws Exception {
        assertThat("Helidon is as expected", SocketInternals.canTakeOver(), is(true));
        try (RawClient client = RawClient.openJson(gateway.port())) {
            RecordingSession session = gateway.session();
            session.transport();
            assertThat(session.reader().getName(), is("device-reader"));
            Thread first = session.reader();
            client.send(text("one"), text("wait"), text("three"));
            assertThat(session.message(), is("one"));
            assertThat(session.message(), is("wait"));
            assertThat(session.message(), is("three"));
            client.send(text("four"));
            assertThat(session.message(), is("four"));
            assertThat("a thread with a shallow stack", session.reader(), is(not(first)));
            assertThat(first.join(Duration.ofSeconds(10)), is(true));
        }
    }

    @Test
    void whoStillStandsWhenTheGatewayClosesIsEndedAndHasBeenToldByThen() throws Exception {
        try (RawClient client = RawClient.openJson(gateway.port())) {
            RecordingSession session = gateway.session();
            session.transport();
            gateway.close();
            assertThat(session.ended(), is(true));
            assertThat(client.atEnd(), is(true));
        }
    }

    @Test
    void f6APingIsAnsweredAndAFloodOfThemInBoundedMemory() throws Exception {
        try (RawClient client = RawClient.openJson(gateway.port())) {
            RecordingSession session = gateway.session();
            client.send(masked(FIN | PING, utf8("p")));
            assertThat(client.frame(), is("pong p"));
            byte[] ping = masked(FIN | PING, new byte[125]);
            for (int i = 0; i < 20_000; i++) {
                client.send(ping);
                assertThat(session.transport().queuedBytes(), is(lessThan(1_000L)));
            }
            client.send(masked(FIN | PING, utf8("last")));
            String pong = client.frame();
            while (!pong.equals("pong last")) {
                assertThat(pong, startsWith("pong "));
                pong = client.frame();
            }
        }
    }

    @Test
    void whoGoesOnAfterABrokenRuleIsReadSlowlyUntilTheConnectionEnds() throws Exception {
        byte[] more = new byte[1 << 16];
        int sent = 0;
        try (RawClient client = RawClient.openJson(gateway.port())) {
            client.send(masked(FIN | 0x3, new byte[0]));
            while (sent < 128 << 20) {
                client.send(more);
                sent += more.length;
            }
        } catch (SocketException e) {
            assertThat(sent, is(lessThan(64 << 20)));
            return;
        }
        fail("all was read");
    }

    @Test
    void g2APeersCloseIsEchoedWithItsCode() throws Exception {
        for (int code : new int[] {1000, 1001, 3456, 4999}) {
            try (RawClient client = RawClient.openJson(gateway.port())) {
                client.send(close(code, "done"));
                assertThat(client.frame(), is("close " + code + " "));
                assertThat(client.atEnd(), is(true));
                assertThat(gateway.session().end(), is(code + " done"));
            }
        }
        try (RawClient client = RawClient.openJson(gateway.port())) {
            client.send(masked(FIN | WireFrames.CLOSE, new byte[0]));
            assertThat(client.frame(), is("close"));
            assertThat(gateway.session().end(), is("1005 "));
        }
    }

    @Test
    void g1ACloseFollowsWhatIsQueuedAndEndsWithThePeersAnswer() throws Exception {
        try (RawClient client = RawClient.openJson(gateway.port())) {
            RecordingSession session = gateway.session();
            SessionTransport transport = session.transport();
            transport.send(GatewayFixture.frame(1));
            transport.send(GatewayFixture.frame(2));
            transport.close(4509, "replaced");
            transport.close(4500, "too late");
            assertThat(transport.send(GatewayFixture.frame(3)), is(false));
            assertThat(
                    client.frame(), is("text {\"deliver\":{\"notification\":{\"type\":\"x\"}}}"));
            assertThat(
                    client.frame(), is("text {\"deliver\":{\"notification\":{\"type\":\"xx\"}}}"));
            assertThat(client.frame(), is("close 4509 replaced"));
            assertThat(session.ended(), is(false));
            client.send(text("ignored"), close(4509, ""));
            assertThat(client.atEnd(), is(true));
            assertThat(session.end(), is("4509 replaced"));
            assertThat(session.messages.isEmpty(), is(true));
        }
    }

    @Test
    void anUnansweredCloseEndsAfterFiveSeconds() throws Exception {
        try (RawClient client = RawClient.openJson(gateway.port())) {
            RecordingSession session = gateway.session();
            long start = System.nanoTime();
            session.transport().close(1012, "service_restart");
            assertThat(client.frame(), is("close 1012 service_restart"));
            assertThat(client.atEnd(), is(true));
            assertThat(Duration.ofNanos(System.nanoTime() - start).toMillis() >= 4_900, is(true));
            assertThat(session.end(), is("1012 service_restart"));
        }
    }

    @Test
    void aSessionThatFailsIsClosedWith1011() throws Exception {
        try (RawClient client = RawClient.openJson(gateway.port())) {
            client.send(text("fail"));
            assertThat(client.frame(), is("close 1011 internal_error"));
            client.send(close(1011, ""));
            assertThat(gateway.session().end(), is("1011 internal_error"));
        }
    }

    @Test
    void theJdksClientConnectsReceivesAnswersAndCloses() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (HttpClient http = HttpClient.newHttpClient()) {
            WebSocket socket =
                    http.newWebSocketBuilder()
                            .subprotocols("heliograph.v1.proto", "heliograph.token.good-carol")
                            .buildAsync(
                                    URI.create("ws://127.0.0.1:" + gateway.port() + "/v1/connect"),
                                    new Listener(heard))
                            .get(10, TimeUnit.SECONDS);
            assertThat(socket.getSubprotocol(), is("heliograph.v1.proto"));
            RecordingSession session = gateway.session("carol");
            Frame frame = GatewayFixture.frame(100_000);
            session.transport().send(frame);
            assertThat(
                    heard.poll(10, TimeUnit.SECONDS),
                    is("binary " + frame.message().getSerializedSize()));
            socket.sendBinary(ByteBuffer.wrap(utf8("from ")), false).get();
            socket.sendPing(ByteBuffer.wrap(utf8("hi"))).get();
            socket.sendBinary(ByteBuffer.wrap(utf8("carol")), true).get();
            assertThat(session.message(), is("from carol"));
            assertThat(heard.poll(10, TimeUnit.SECONDS), is("pong"));
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").get();
            assertThat(heard.poll(10, TimeUnit.SECONDS), is("close 1000"));
            assertThat(session.end(), is("1000 bye"));
        }
    }

    private static final class Listener implements WebSocket.Listener {
        private final BlockingQueue<String> heard;
        private int bytes;

        Listener(BlockingQueue<String> heard) {
            this.heard = heard;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            bytes += data.remaining();
            if (last) {
                heard.add("binary " + bytes);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
            heard.add("pong");
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            heard.add("close " + code);
            return null;
        }
    }
}
