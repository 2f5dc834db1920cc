package dev.heliograph.server.websocket;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heliograph.server.WholeServer;
import dev.heliograph.server.testkit.TestKey;
import dev.heliograph.server.testkit.TestProducer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokens that nobody should have, at both doors of a whole server (C-5, C-6, C-7, T-1, T-2). */
class HostileTokensTest {

    private static final String PROTOCOL = "Sec-WebSocket-Protocol: heliograph.v1.json";

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

    static Stream<Arguments> untrusted() {
        String good = WholeServer.claims("mallory", "heliograph", "heliograph", 600);
        String header = "{\"alg\":\"RS256\",\"kid\":\"rsa\"}";
        String valid = whole.rsa().token(good);
        return Stream.of(
                Arguments.of("no JWT at all", "garbage"),
                Arguments.of("two parts", valid.substring(0, valid.lastIndexOf('.'))),
                Arguments.of("no signature", valid.substring(0, valid.lastIndexOf('.') + 1)),
                Arguments.of("a header that is no JSON", whole.rsa().token("{", good)),
                Arguments.of("a payload that is no JSON", whole.rsa().token(header, "{\"sub\"")),
                Arguments.of("alg none", unsigned("none", good)),
                Arguments.of("alg nOnE", unsigned("nOnE", good)),
                Arguments.of(
                        "the public key as an HMAC secret",
                        TestKey.hs256("rsa", whole.rsa().encodedPublicKey()).token(good)),
                Arguments.of(
                        "another's key under a known id", TestKey.rs256("rsa", 2048).token(good)),
                Arguments.of("an unknown key id", TestKey.rs256("other", 2048).token(good)),
                Arguments.of(
                        "another audience",
                        whole.rsa().token(WholeServer.claims("m", "heliograph", "shop", 600))),
                Arguments.of(
                        "another issuer",
                        whole.rsa().token(WholeServer.claims("m", "evil", "heliograph", 600))),
                Arguments.of("no end", whole.rsa().token(good.replaceFirst("\"exp\":\\d+,", ""))),
                Arguments.of(
                        "not yet valid",
                        whole.rsa()
                                .token(good.replace("\"scope\"", "\"nbf\":99999999999,\"scope\""))),
                Arguments.of(
                        "a user with white space",
                        whole.rsa()
                                .token(
                                        WholeServer.claims(
                                                "a b", "heliograph", "heliograph", 600))));
    }

    private static String unsigned(String alg, String claims) {
        return TestKey.encode("{\"alg\":\"" + alg + "\",\"kid\":\"rsa\"}")
                + "."
                + TestKey.encode(claims)
                + ".";
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("untrusted")
    void isRefusedWithTheSameWordsAtEveryDoor(String what, String token) throws IOException {
        assertThat(handshake("Authorization: Bearer " + token), is(401));
        try (RawClient verdict = new RawClient(whole.server().httpPort())) {
            RawClient.Answer answer =
                    verdict.request("GET /v1/connect", List.of("Authorization: Bearer " + token));
            assertThat(answer.status(), is(401));
            assertThat(answer.body(), containsString("\"unauthenticated\""));
            assertThat(answer.body(), not(containsString(token)));
        }
        assertThat(notifyStatus(token), is(Status.Code.UNAUTHENTICATED));
    }

    @Test
    void anExpiredTokenIsUpgradedThenClosedAndRefusedByGrpc_C7() throws IOException {
        String token =
                whole.rsa().token(WholeServer.claims("alice", "heliograph", "heliograph", -60));
        try (RawClient client = new RawClient(whole.server().httpPort())) {
            assertThat(
                    client.upgrade("Authorization: Bearer " + token, PROTOCOL).status(), is(101));
            assertThat(client.frame(), startsWith("close 4401"));
        }
        assertThat(notifyStatus(token), is(Status.Code.UNAUTHENTICATED));
    }

    @Test
    void noTokenAndTwoTokensAreRefused_C3_C5() throws IOException {
        String token = whole.token("alice");
        assertThat(handshake("X-None: 1"), is(401));
        try (RawClient client = new RawClient(whole.server().httpPort())) {
            assertThat(
                    client.upgrade(
                                    "Authorization: Bearer " + token,
                                    PROTOCOL + ", heliograph.token." + token)
                            .status(),
                    is(400));
        }
    }

    private static int handshake(String header) throws IOException {
        try (RawClient client = new RawClient(whole.server().httpPort())) {
            return client.upgrade(header, PROTOCOL).status();
        }
    }

    private static Status.Code notifyStatus(String token) {
        return assertThrows(
                        StatusRuntimeException.class,
                        () -> whole.producer().api(token).notify(TestProducer.request("bystander")))
                .getStatus()
                .getCode();
    }
}
