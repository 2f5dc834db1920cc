package dev.heliograph.server.websocket;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.heliograph.server.gateway.Encoding;
import dev.heliograph.server.gateway.SessionFactory.Admission;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HandshakeTest {

    private static final String BEARER = "Authorization: Bearer good-alice";
    private static final String JSON = "Sec-WebSocket-Protocol: heliograph.v1.json";

    private final GatewayFixture gateway = new GatewayFixture();

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void c1TheFirstKnownSubprotocolIsChosenAndTheKeyAnswered() throws Exception {
        RawClient.Answer answer =
                upgrade(
                        BEARER,
                        "Sec-WebSocket-Protocol: chat, heliograph.v1.proto",
                        "Sec-WebSocket-Protocol: heliograph.v1.json");
        assertThat(answer.status(), is(101));
        assertThat(answer.header("sec-websocket-protocol"), is("heliograph.v1.proto"));
        assertThat(answer.header("sec-websocket-accept"), is("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        assertThat(answer.header("sec-websocket-extensions"), is(nullValue()));
        assertThat(gateway.session().transport().encoding(), is(Encoding.PROTO));
    }

    @Test
    void c1WithoutAKnownSubprotocolIs400() throws Exception {
        check(upgrade(BEARER), 400, "invalid_argument");
        check(upgrade(BEARER, "Sec-WebSocket-Protocol: graphql-ws"), 400, "invalid_argument");
    }

    @Test
    void c3TheTokenMayComeAsASubprotocolWhichIsNeverSelected() throws Exception {
        RawClient.Answer answer =
                upgrade("Sec-WebSocket-Protocol: heliograph.token.good-bob, heliograph.v1.json");
        assertThat(answer.status(), is(101));
        assertThat(answer.header("sec-websocket-protocol"), is("heliograph.v1.json"));
    }

    @Test
    void c3TwoTokensAre400() throws Exception {
        check(
                upgrade(
                        BEARER,
                        "Sec-WebSocket-Protocol: heliograph.v1.json, heliograph.token.good-bob"),
                400,
                "invalid_argument");
    }

    @Test
    void c3ATokenInTheUrlIsIgnored() throws Exception {
        try (RawClient client = new RawClient(gateway.port())) {
            RawClient.Answer answer =
                    client.request(
                            "GET /v1/connect?token=good-alice&access_token=good-alice",
                            List.of(
                                    "Connection: Upgrade",
                                    "Upgrade: websocket",
                                    "Sec-WebSocket-Version: 13",
                                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                                    JSON));
            check(answer, 401, "unauthenticated");
        }
    }

    @Test
    void c5NoTokenOrOneThatIsNotTrustedIs401AndNeverRepeated() throws Exception {
        for (String token : List.of("forged", "no-scope", "bad-user")) {
            RawClient.Answer answer = upgrade("Authorization: Bearer " + token, JSON);
            check(answer, 401, "unauthenticated");
            assertThat(answer.header("www-authenticate"), is("Bearer"));
            assertThat(answer.body(), not(containsString(token)));
        }
        check(upgrade(JSON), 401, "unauthenticated");
        check(upgrade("Authorization: Basic Zm9vOmJhcg==", JSON), 401, "unauthenticated");
        assertThat(gateway.noSessions(), is(true));
    }

    @Test
    void c5OverloadAndDrainAre503WithRetryAfterInWholeSecondsUp() throws Exception {
        gateway.admission = new Admission.Refused("overloaded", 2_100);
        RawClient.Answer answer = upgrade(BEARER, JSON);
        check(answer, 503, "overloaded");
        assertThat(answer.header("retry-after"), is("3"));
        assertThat(answer.body(), containsString("\"retry_after_ms\":2100"));
        gateway.admission = new Admission.Refused("draining", 500);
        check(upgrade(BEARER, JSON), 503, "draining");
    }

    @Test
    void c5ABadUpgradeIs400() throws Exception {
        for (String bad :
                List.of(
                        "Sec-WebSocket-Version: 12",
                        "Sec-WebSocket-Key: dG9vIHNob3J0",
                        "Sec-WebSocket-Key: not base64!",
                        "Connection: close",
                        "Connection: keep-alive, x-upgrade")) {
            String name = bad.substring(0, bad.indexOf(':'));
            List<String> headers =
                    new ArrayList<>(
                            List.of(
                                    "Connection: Upgrade",
                                    "Upgrade: websocket",
                                    "Sec-WebSocket-Version: 13",
                                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                                    BEARER,
                                    JSON));
            headers.removeIf(header -> header.startsWith(name));
            try (RawClient client = new RawClient(gateway.port())) {
                check(client.request("GET /v1/connect", headers), 400, "invalid_argument");
            }
            headers.add(bad);
            try (RawClient client = new RawClient(gateway.port())) {
                check(client.request("GET /v1/connect", headers), 400, "invalid_argument");
            }
        }
    }

    @Test
    void c5TwoKeysAre400() throws Exception {
        RawClient.Answer answer =
                upgrade(BEARER, JSON, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
        check(answer, 400, "invalid_argument");
    }

    @Test
    void c5AnUpgradeWithABodyIs400() throws Exception {
        RawClient.Answer answer = upgrade(BEARER, JSON, "Content-Length: 5");
        check(answer, 400, "invalid_argument");
    }

    @Test
    void c7AnExpiredTokenIsUpgradedAndClosedWith4401() throws Exception {
        try (RawClient client = new RawClient(gateway.port())) {
            assertThat(client.upgrade("Authorization: Bearer expired", JSON).status(), is(101));
            assertThat(client.frame(), is("close 4401 token_expired"));
            client.send(WireFrames.close(4401, ""));
            assertThat(client.atEnd(), is(true));
        }
        assertThat(gateway.noSessions(), is(true));
    }

    @Test
    void anUpgradeIsTakenInTheSpellingOfOldClientsToo() throws Exception {
        try (RawClient client = new RawClient(gateway.port())) {
            RawClient.Answer answer =
                    client.request(
                            "GET /v1/connect",
                            List.of(
                                    "Connection: Upgrade",
                                    "Upgrade: WebSocket",
                                    "Sec-WebSocket-Version: 13",
                                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                                    BEARER,
                                    JSON));
            assertThat(answer.status(), is(101));
        }
    }

    @Test
    void otherPathsAreOrdinaryHttp() throws Exception {
        try (RawClient client = new RawClient(gateway.port())) {
            assertThat(client.request("GET /hello", List.of()).body(), is("hello"));
            assertThat(
                    client.request(
                                    "GET /v1/other",
                                    List.of(
                                            "Connection: Upgrade",
                                            "Upgrade: websocket",
                                            "Sec-WebSocket-Version: 13",
                                            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="))
                            .status(),
                    is(404));
        }
    }

    @Test
    void thePeerIsKnownByAddressAndCutUserAgent() throws Exception {
        upgrade(BEARER, JSON, "User-Agent: " + "u".repeat(300));
        assertThat(gateway.lastPeer.ip(), is("127.0.0.1"));
        assertThat(gateway.lastPeer.userAgent(), is("u".repeat(200)));
    }

    private RawClient.Answer upgrade(String... headers) throws IOException {
        try (RawClient client = new RawClient(gateway.port())) {
            return client.upgrade(headers);
        }
    }

    private static void check(RawClient.Answer answer, int status, String code) {
        assertThat(answer.toString(), answer.status(), is(status));
        assertThat(answer.header("content-type"), is("application/json"));
        assertThat(answer.body(), containsString("\"code\":\"" + code + "\""));
    }
}
