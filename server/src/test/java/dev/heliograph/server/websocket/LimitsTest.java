package dev.heliograph.server.websocket;

import static dev.heliograph.server.websocket.WireFrames.CONTINUATION;
import static dev.heliograph.server.websocket.WireFrames.FIN;
import static dev.heliograph.server.websocket.WireFrames.PING;
import static dev.heliograph.server.websocket.WireFrames.PONG;
import static dev.heliograph.server.websocket.WireFrames.TEXT;
import static dev.heliograph.server.websocket.WireFrames.masked;
import static dev.heliograph.server.websocket.WireFrames.text;
import static dev.heliograph.server.websocket.WireFrames.utf8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

import dev.heliograph.server.config.AddressRange;
import dev.heliograph.server.config.AllowedOrigins;
import dev.heliograph.server.config.ServerConfig.LimitsConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each limit, what whoever exceeds it meets, and that a bystander gets everything meanwhile. */
class LimitsTest {

    private static final Duration LONG = Duration.ofSeconds(10);
    private static final List<AddressRange> LOOPBACK = List.of(AddressRange.parse("127.0.0.0/8"));
    private static final AllowedOrigins ANY = new AllowedOrigins(List.of());
    private static final int FRAMES = 200;

    private GatewayFixture gateway;
    private RawClient bystander;
    private RecordingSession bystanding;
    private final List<RawClient> clients = new ArrayList<>();

    private void start(int maxConnections, LimitsConfig limits) throws Exception {
        gateway = new GatewayFixture(maxConnections, limits);
        String proxied = limits.proxyProtocol() ? "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" : "";
        bystander = client();
        bystander.send(utf8(proxied));
        assertThat(upgrade(bystander, "good-bystander", "X: 1").status(), is(101));
        bystanding = gateway.session("bystander");
    }

    private static LimitsConfig places(int perIp, int perUser, List<AddressRange> proxies) {
        return new LimitsConfig(LONG, perIp, perUser, 1_000_000, proxies, false, ANY);
    }

    private static LimitsConfig frames(int perSecond) {
        return new LimitsConfig(LONG, 0, 0, perSecond, List.of(), false, ANY);
    }

    private static LimitsConfig handshake(Duration timeout) {
        return new LimitsConfig(timeout, 0, 0, 1_000_000, List.of(), false, ANY);
    }

    @AfterEach
    void theBystanderIsServed() throws Exception {
        bystanding.transport().send(GatewayFixture.frame(5));
        assertThat(bystander.frame(), containsString("xxxxx"));
        bystander.send(text("still here"));
        assertThat(bystanding.message(), is("still here"));
        for (RawClient client : clients) {
            client.close();
        }
        gateway.close();
    }

    private RawClient client() throws IOException {
        RawClient client = new RawClient(gateway.port());
        clients.add(client);
        return client;
    }

    private static RawClient.Answer upgrade(RawClient client, String token, String header)
            throws IOException {
        return client.upgrade(
                "Authorization: Bearer " + token,
                "Sec-WebSocket-Protocol: heliograph.v1.json",
                header);
    }

    private RawClient connect(String token, String header) throws IOException {
        RawClient client = client();
        assertThat(upgrade(client, token, header).status(), is(101));
        return client;
    }

    private void refused(String token, String header) throws IOException {
        RawClient client = client();
        RawClient.Answer answer = upgrade(client, token, header);
        assertThat(answer.toString(), answer.status(), is(503));
        assertThat(answer.body(), startsWith("{\"code\":\"overloaded\",\"retry_after_ms\":"));
        assertThat(Integer.parseInt(answer.header("retry-after")), is(greaterThan(0)));
        assertThat(client.atEnd(), is(true));
        RawClient.Answer verdict =
                client().request(
                                "GET /v1/connect",
                                List.of("Authorization: Bearer " + token, header));
        assertThat(verdict.toString(), verdict.status(), is(503));
        assertThat(verdict.body(), startsWith("{\"code\":\"overloaded\",\"retry_after_ms\":"));
    }

    /** As soon as there is room. */
    private void eventuallyConnects(String token, String header) {
        Wait.until(
                () -> {
                    try {
                        return upgrade(client(), token, header).status() == 101;
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
    }

    @Test
    void c5TheNodeTakesAsManyAsItMayAndAnotherWhenOneGoes() throws Exception {
        start(3, GatewayFixture.NO_LIMITS);
        RawClient first = connect("good-alice", "X: 1");
        RawClient expired = connect("expired", "X: 1");
        refused("good-carol", "X: 1");
        first.reset();
        eventuallyConnects("good-carol", "X: 1");
        refused("good-dave", "X: 1");
        assertThat(expired.frame(), is("close 4401 token_expired"));
        expired.send(WireFrames.close(4401, ""));
        assertThat(expired.atEnd(), is(true));
        eventuallyConnects("good-dave", "X: 1");
    }

    @Test
    void c5OneAddressTakesAsManyAsItMayWhateverAHeaderClaims() throws Exception {
        start(100, places(2, 0, List.of()));
        RawClient first = connect("good-alice", "X-Forwarded-For: 198.51.100.1");
        refused("good-bob", "X-Forwarded-For: 198.51.100.2");
        first.close();
        eventuallyConnects("good-bob", "X-Forwarded-For: 198.51.100.2");
        assertThat(gateway.lastPeer.ip(), is("127.0.0.1"));
    }

    @Test
    void c5BehindATrustedProxyItsClientsCountAndNoneCanPoseAsAnother() throws Exception {
        start(100, places(1, 0, LOOPBACK));
        connect("good-alice", "X-Forwarded-For: 198.51.100.1");
        refused("good-bob", "X-Forwarded-For: 198.51.100.1");
        refused("good-bob", "X-Forwarded-For: 203.0.113.9, 198.51.100.1, 127.0.0.2");
        refused("good-bob", "X-Forwarded-For: nonsense,198.51.100.1");
        connect("good-bob", "X-Forwarded-For: 198.51.100.2");
        refused("good-carol", "X-Forwarded-For: 198.51.100.3, nonsense");
    }

    @Test
    void c5Ipv6CountsByNetwork() throws Exception {
        start(100, places(1, 0, LOOPBACK));
        connect("good-alice", "X-Forwarded-For: 2001:db8:0:1::1");
        refused("good-bob", "X-Forwarded-For: 2001:db8:0:1:ffff::2");
        connect("good-bob", "X-Forwarded-For: 2001:db8:0:2::1");
    }

    @Test
    void c5AUserTakesAsManyAsThereMayBe() throws Exception {
        start(100, places(0, 2, List.of()));
        RawClient first = connect("good-alice", "X: 1");
        connect("good-alice", "X: 1");
        refused("good-alice", "X: 1");
        connect("good-bob", "X: 1");
        first.reset();
        eventuallyConnects("good-alice", "X: 1");
    }

    @Test
    void aRefusalLeavesNoTraceInTheCounts() throws Exception {
        start(100, places(2, 1, List.of()));
        for (int i = 0; i < 5; i++) {
            refused("good-bystander", "X: 1");
        }
        RawClient alice = connect("good-alice", "X: 1");
        refused("good-alice", "X: 1");
        alice.close();
        eventuallyConnects("good-alice", "X: 1");
    }

    @Test
    void theProxyHeaderOfATrustedProxyTellsTheClient() throws Exception {
        start(100, new LimitsConfig(LONG, 0, 0, 1_000_000, LOOPBACK, true, ANY));
        assertThat(gateway.lastPeer.ip(), is("192.0.2.1"));
        RawClient client = client();
        client.send(utf8("PROXY TCP6 2001:db8::7 2001:db8::1 1000 8080\r\n"));
        assertThat(upgrade(client, "good-alice", "X-Forwarded-For: 8.8.8.8").status(), is(101));
        assertThat(gateway.lastPeer.ip(), is("2001:db8:0:0:0:0:0:7"));
    }

    @Test
    void theProxyHeaderOfAStrangerTellsNothing() throws Exception {
        start(100, new LimitsConfig(LONG, 0, 0, 1_000_000, List.of(), true, ANY));
        assertThat(gateway.lastPeer.ip(), is("127.0.0.1"));
    }

    @Test
    void c5APageOfAnotherOriginIs403AndLearnsItFromTheVerdict() throws Exception {
        AllowedOrigins ours = new AllowedOrigins(List.of("https://app.example.com"));
        start(100, new LimitsConfig(LONG, 0, 0, 1_000_000, List.of(), false, ours));
        RawClient.Answer answer = upgrade(client(), "good-alice", "Origin: https://evil.net");
        assertThat(answer.toString(), answer.status(), is(403));
        assertThat(answer.header("content-type"), is("application/json"));
        assertThat(answer.body(), startsWith("{\"code\":\"forbidden\",\"retry_after_ms\":0,"));
        RawClient.Answer verdict =
                client().request(
                                "GET /v1/connect",
                                List.of(
                                        "Authorization: Bearer good-alice",
                                        "Origin: https://evil.net"));
        assertThat(verdict.status(), is(403));
        assertThat(verdict.header("access-control-allow-origin"), is("*"));
        assertThat(verdict.body(), is(answer.body()));
        connect("good-alice", "Origin: https://app.example.com");
        connect("good-alice", "X-No: origin");
    }

    @ParameterizedTest
    @ValueSource(ints = {FIN | PING, FIN | PONG, CONTINUATION, FIN | TEXT})
    void f8AFloodOfFramesIsClosedWith4429(int firstByte) throws Exception {
        start(100, frames(FRAMES));
        RawClient flooder = connect("good-alice", "X: 1");
        RecordingSession session = gateway.session();
        if (firstByte == CONTINUATION) {
            flooder.send(masked(TEXT, new byte[0]));
        }
        byte[] flood = masked(firstByte, new byte[0]);
        byte[] all = new byte[flood.length * FRAMES * 10];
        for (int i = 0; i < all.length; i += flood.length) {
            System.arraycopy(flood, 0, all, i, flood.length);
        }
        flooder.send(all);
        String answer = flooder.frame();
        while (answer.startsWith("pong")) {
            answer = flooder.frame();
        }
        assertThat(answer, is("close 4429 rate_limited"));
        assertThat(flooder.atEnd(), is(true));
        assertThat(session.end(), is("4429 rate_limited"));
        if (firstByte == (FIN | TEXT)) {
            assertThat(session.messages.size(), is(greaterThan(2 * FRAMES - 1)));
        }
    }

    @Test
    void f8WhatADeviceSendsAtOnceAfterAReconnectIsTaken() throws Exception {
        start(100, frames(FRAMES));
        RawClient device = connect("good-alice", "X: 1");
        RecordingSession session = gateway.session();
        // FRAMES allows 10 subscriptions: a Hello, then Unsubscribe, Subscribe and two Acks of
        // each.
        for (int i = 0; i < 1 + 4 * 10; i++) {
            device.send(text("frame " + i));
        }
        for (int i = 0; i < 1 + 4 * 10; i++) {
            assertThat(session.message(), is("frame " + i));
        }
        assertThat(session.ended(), is(false));
    }

    @ParameterizedTest
    @CsvSource({"'', 0", "'G', 0", "'G', 1", "'GET /v1/connect HTTP/1.1\r\nHost: x\r\nX: ', 1"})
    void aSocketThatSendsNoWholeRequestIsEndedHoweverItDrips(String begin, int drip)
            throws Exception {
        Duration timeout = Duration.ofMillis(500);
        start(100, handshake(timeout));
        RawClient slow = client();
        long begun = System.nanoTime();
        slow.send(utf8(begin));
        slow.socket.setSoTimeout(20);
        boolean ended = false;
        while (!ended) {
            assertThat(System.nanoTime() - begun < LONG.toNanos(), is(true));
            try {
                if (drip == 1) {
                    slow.send(utf8("x"));
                }
                ended = slow.atEnd();
            } catch (java.net.SocketTimeoutException e) {
                // Not yet.
            } catch (java.net.SocketException e) {
                ended = true;
            }
        }
        assertThat(
                Duration.ofNanos(System.nanoTime() - begun).compareTo(timeout), is(greaterThan(0)));
    }

    @Test
    void underAFloodOfSilentSocketsTheOldestGoAndAHandshakeStillPasses() throws Exception {
        start(16, GatewayFixture.NO_LIMITS); // 16 spare sockets
        List<RawClient> silent = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            silent.add(client());
        }
        connect("good-alice", "X: 1");
        assertThat(silent.getFirst().atEnd(), is(true));
        assertThat(gateway.session() != null, is(true));
    }
}
