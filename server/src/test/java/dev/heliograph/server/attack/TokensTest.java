package dev.heliograph.server.attack;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static dev.heliograph.server.websocket.WireFrames.text;
import static dev.heliograph.server.websocket.WireFrames.utf8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heliograph.server.WholeServer;
import dev.heliograph.server.testkit.TestKey;
import dev.heliograph.server.testkit.TestProducer;
import dev.heliograph.server.websocket.RawClient;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokens that nobody should have, at every door: WebSocket, HTTP, a live session and gRPC. */
class TokensTest extends AttackFamily {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** What the verifier allows for clocks that differ (T-2). */
    private static final int LEEWAY_SECONDS = 5;

    @Override
    String title() {
        return "Tokens";
    }

    @Override
    String[] settings() {
        return new String[] {
            // Within one a live session learns that its token has ended.
            "gateway.heartbeat-interval", "1s"
        };
    }

    /** A token made of the trusted key and of claims that would be good. */
    private interface Trick {
        String token(TestKey key, String claims);
    }

    private static Trick header(String header) {
        return (key, claims) -> key.token(header, claims);
    }

    private static Trick claims(String change, String into) {
        return (key, claims) -> key.token(replaced(claims, change, into));
    }

    private static Trick segments(BinaryOperator<String> change) {
        return (key, claims) -> {
            String token = key.token(claims);
            int last = token.lastIndexOf('.');
            return change.apply(token.substring(0, last), token.substring(last + 1));
        };
    }

    private static String replaced(String claims, String change, String into) {
        String replaced = claims.replaceFirst(change, into);
        assertThat("the trick changes something", replaced, is(not(claims)));
        return replaced;
    }

    private static Trick unsigned(String alg) {
        return (_, claims) ->
                TestKey.encode("{\"alg\":\"" + alg + "\",\"kid\":\"rsa\"}")
                        + "."
                        + TestKey.encode(claims)
                        + ".";
    }

    private static Trick forged(String members) {
        TestKey own = TestKey.rs256("evil", 2048);
        return (_, claims) -> own.token("{\"alg\":\"RS256\"," + members + "}", claims);
    }

    private static String hmac(TestKey key, String header, String claims) {
        return TestKey.hs256("rsa", key.encodedPublicKey()).token(header, claims);
    }

    static Stream<Arguments> tricks() {
        String exp = "\"exp\":\\d+";
        String ownKey = TestKey.jwks(TestKey.rs256("evil", 2048));
        String jwk = ownKey.substring(ownKey.indexOf('[') + 1, ownKey.lastIndexOf(']'));
        return Stream.of(
                Arguments.of("alg none", unsigned("none")),
                Arguments.of("alg None", unsigned("None")),
                Arguments.of("alg NONE", unsigned("NONE")),
                Arguments.of("alg nOnE", unsigned("nOnE")),
                Arguments.of("no alg", unsigned("")),
                Arguments.of(
                        "none with the right signature",
                        header("{\"alg\":\"none\",\"kid\":\"rsa\"}")),
                Arguments.of(
                        "the public key as an HMAC secret",
                        (Trick) (key, it) -> hmac(key, "{\"alg\":\"HS256\",\"kid\":\"rsa\"}", it)),
                Arguments.of(
                        "the public key as an HMAC secret, called RS256",
                        (Trick) (key, it) -> hmac(key, "{\"alg\":\"RS256\",\"kid\":\"rsa\"}", it)),
                Arguments.of(
                        "an RSA key called HS256", header("{\"alg\":\"HS256\",\"kid\":\"rsa\"}")),
                Arguments.of(
                        "an RSA key called ES256", header("{\"alg\":\"ES256\",\"kid\":\"rsa\"}")),
                Arguments.of(
                        "an RSA key called RS512", header("{\"alg\":\"RS512\",\"kid\":\"rsa\"}")),
                Arguments.of(
                        "an RSA key called PS256", header("{\"alg\":\"PS256\",\"kid\":\"rsa\"}")),
                Arguments.of("another key under a known kid", forged("\"kid\":\"rsa\"")),
                Arguments.of("no kid", forged("\"typ\":\"JWT\"")),
                Arguments.of("an empty kid", forged("\"kid\":\"\"")),
                Arguments.of("an unknown kid", forged("\"kid\":\"evil\"")),
                Arguments.of("a kid that is a path", forged("\"kid\":\"../../../../dev/null\"")),
                Arguments.of("a kid that is SQL", forged("\"kid\":\"' OR 1=1 --\"")),
                Arguments.of("a kid that is a command", forged("\"kid\":\"rsa|/bin/true\"")),
                Arguments.of("a kid that is an address", forged("\"kid\":\"http://127.0.0.1:1/\"")),
                Arguments.of(
                        "a kid of 7000 characters", forged("\"kid\":\"" + "k".repeat(7000) + "\"")),
                Arguments.of("a kid that is a number", forged("\"kid\":1")),
                Arguments.of("a kid with a NUL", forged("\"kid\":\"rsa\\u0000\"")),
                Arguments.of("jku", forged("\"kid\":\"evil\",\"jku\":\"http://127.0.0.1:1/jwks\"")),
                Arguments.of("x5u", forged("\"kid\":\"evil\",\"x5u\":\"http://127.0.0.1:1/x\"")),
                Arguments.of("an embedded jwk", forged("\"kid\":\"evil\",\"jwk\":" + jwk)),
                Arguments.of(
                        "an embedded jwk, known kid", forged("\"kid\":\"rsa\",\"jwk\":" + jwk)),
                Arguments.of("x5c", forged("\"kid\":\"evil\",\"x5c\":[\"MIIB\"]")),
                Arguments.of(
                        "a critical member",
                        header(
                                "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"crit\":[\"b64\"],\"b64\":true}")),
                Arguments.of(
                        "an empty list of critical members",
                        header("{\"alg\":\"RS256\",\"kid\":\"rsa\",\"crit\":[]}")),
                Arguments.of(
                        "alg twice",
                        header("{\"alg\":\"none\",\"alg\":\"RS256\",\"kid\":\"rsa\"}")),
                Arguments.of(
                        "alg twice, once escaped",
                        header("{\"\\u0061lg\":\"none\",\"alg\":\"RS256\",\"kid\":\"rsa\"}")),
                Arguments.of("sub twice", claims("\\}$", ",\"sub\":\"admin\"}")),
                Arguments.of("exp twice", claims("\\}$", ",\"exp\":99999999999}")),
                Arguments.of("no exp", claims(exp + ",", "")),
                Arguments.of("exp as a text", claims("\"exp\":(\\d+)", "\"exp\":\"$1\"")),
                Arguments.of("exp with a fraction", claims(exp, "\"exp\":4102444800.5")),
                Arguments.of("exp in 64 bits", claims(exp, "\"exp\":9223372036854775807")),
                Arguments.of("exp beyond 64 bits", claims(exp, "\"exp\":18446744073709551616")),
                Arguments.of("exp 1e999999999", claims(exp, "\"exp\":1e999999999")),
                Arguments.of("exp in milliseconds", claims("\"exp\":(\\d+)", "\"exp\":$1000")),
                Arguments.of("exp below zero", claims(exp, "\"exp\":-1")),
                Arguments.of("exp true", claims(exp, "\"exp\":true")),
                Arguments.of("exp null", claims(exp, "\"exp\":null")),
                Arguments.of("exp NaN", claims(exp, "\"exp\":NaN")),
                Arguments.of("nbf in the future", claims("\\}$", ",\"nbf\":99999999999}")),
                Arguments.of("nbf as a text", claims("\\}$", ",\"nbf\":\"0\"}")),
                Arguments.of("iat in the future", claims("\\}$", ",\"iat\":99999999999}")),
                Arguments.of(
                        "another issuer", claims("\"iss\":\"heliograph\"", "\"iss\":\"evil\"")),
                Arguments.of("no issuer", claims("\"iss\":\"heliograph\",", "")),
                Arguments.of(
                        "an issuer that begins the same",
                        claims("\"iss\":\"heliograph\"", "\"iss\":\"heliograph.evil.net\"")),
                Arguments.of(
                        "another audience", claims("\"aud\":\"heliograph\"", "\"aud\":\"shop\"")),
                Arguments.of("no scope", claims("\"scope\":\"[a-z ]+\"", "\"scope\":\"\"")),
                Arguments.of(
                        "scopes that look alike",
                        claims(
                                "\"scope\":\"[a-z ]+\"",
                                "\"scope\":\"connects CONNECT notifyall\"")),
                Arguments.of(
                        "scope as a list",
                        claims("\"scope\":\"[a-z ]+\"", "\"scope\":[\"connect\",\"notify\"]")),
                Arguments.of("no sub", claims("\"sub\":\"mallory\",", "")),
                Arguments.of("a sub with a NUL", claims("\"mallory\"", "\"mal\\\\u0000lory\"")),
                Arguments.of("a sub with a line break", claims("\"mallory\"", "\"mal\\\\nlory\"")),
                Arguments.of("a sub that is an object", claims("\"mallory\"", "{\"a\":\"b\"}")),
                Arguments.of("no signature", segments((signed, _) -> signed + ".")),
                Arguments.of("two segments", segments((signed, _) -> signed)),
                Arguments.of("four segments", segments((signed, it) -> signed + "." + it + ".e30")),
                Arguments.of(
                        "a zero signature",
                        segments((signed, it) -> signed + "." + "A".repeat(it.length()))),
                Arguments.of("padding", segments((signed, it) -> signed + "." + it + "==")),
                Arguments.of(
                        "a letter behind the signature",
                        segments((signed, it) -> signed + "." + it + "A")),
                Arguments.of(
                        "a changed last bit", segments((signed, it) -> signed + "." + lastBit(it))),
                Arguments.of(
                        "a line break inside",
                        segments(
                                (signed, it) ->
                                        signed
                                                + "."
                                                + it.substring(0, 9)
                                                + "\t"
                                                + it.substring(9))),
                Arguments.of(
                        "the other alphabet",
                        segments((signed, it) -> signed + "." + otherAlphabet(it))),
                Arguments.of(
                        "a payload of 9000 characters",
                        claims("\\}$", ",\"x\":\"" + "x".repeat(9000) + "\"}")),
                Arguments.of(
                        "a payload nested 2000 deep",
                        claims("\\}$", ",\"x\":" + "[".repeat(2000) + "]".repeat(2000) + "}")),
                Arguments.of("a payload that is a list", (Trick) (key, _) -> key.token("[]")),
                Arguments.of(
                        "a payload with something behind it",
                        (Trick) (key, it) -> key.token(it + "{}")),
                Arguments.of(
                        "an encrypted token of five segments",
                        segments((signed, it) -> signed + "." + it + ".a.b")),
                Arguments.of("no JWT at all", (Trick) (_, _) -> "garbage"));
    }

    /** The four bits that base64 leaves over in 256 octets, set. */
    private static String lastBit(String signature) {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        int last = alphabet.indexOf(signature.charAt(signature.length() - 1));
        return signature.substring(0, signature.length() - 1) + alphabet.charAt(last ^ 1);
    }

    /** The same octets as other decoders read them. */
    private static String otherAlphabet(String signature) {
        byte[] octets = Base64.getUrlDecoder().decode(signature);
        octets[0] = (byte) 0xFB; // + in one alphabet, - in the other
        octets[1] = (byte) 0xEF;
        return Base64.getEncoder().withoutPadding().encodeToString(octets);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tricks")
    void t1IsRefusedAtEveryDoor(String what, Trick trick) throws Exception {
        String claims = WholeServer.claims("mallory", "heliograph", "heliograph", 600);
        String token = trick.token(whole.rsa(), claims);
        attack(
                () -> {
                    assertThat(
                            client().upgrade("Authorization: Bearer " + token, JSON).status(),
                            is(401));
                    for (String path : List.of("GET /v1/connect", "GET /v1/sse?device=d")) {
                        refused(token, "unauthenticated", path, "");
                    }
                    for (String path : List.of("/v1/poll", "/v1/ack", "/v1/ticket")) {
                        refused(token, "unauthenticated", "POST " + path, "{\"deviceId\":\"d\"}");
                    }
                    assertThat(notifyStatus(token), is(not(Status.Code.OK)));
                    RawClient live = welcomed("mallory", "live");
                    live.send(
                            text(
                                    "{\"refreshToken\":{\"token\":\""
                                            + token.replace("\t", "\\t")
                                            + "\"}}"));
                    until(live, "ERROR_CODE_INVALID_TOKEN");
                });
    }

    @Test
    void t4ATokenThatHasExpiredEndsItsSessionAndOpensNoDoorAgain() throws Exception {
        attack(
                () -> {
                    String token = whileGood();
                    RawClient live = client();
                    if (live.upgrade("Authorization: Bearer " + token, JSON).status() == 101) {
                        live.send(text("{\"hello\":{\"deviceId\":\"live\"}}"));
                        assertThat(closeCode(live), is(4401));
                    }
                    eventually(
                            "the leeway is over",
                            LIMIT,
                            () -> ask(token, "GET /v1/connect", "").status() == 401);
                    RawClient again = client();
                    assertThat(
                            again.upgrade("Authorization: Bearer " + token, JSON).status(),
                            is(101));
                    assertThat("C-7", closeCode(again), is(4401));
                    refused(token, "token_expired", "GET /v1/connect", "");
                    refused(token, "token_expired", "GET /v1/sse?device=d", "");
                    for (String path : List.of("/v1/poll", "/v1/ack", "/v1/ticket")) {
                        refused(token, "token_expired", "POST " + path, "{\"deviceId\":\"d\"}");
                    }
                    assertThat(notifyStatus(token), is(Status.Code.UNAUTHENTICATED));
                    RawClient other = welcomed("mallory", "other");
                    other.send(text("{\"refreshToken\":{\"token\":\"" + token + "\"}}"));
                    until(other, "ERROR_CODE_INVALID_TOKEN");
                });
    }

    @Test
    void t8ATokenOfAnotherUserOrDeviceChangesNoSession() throws Exception {
        attack(
                () -> {
                    RawClient live = welcomed("mallory", "mine");
                    for (String token : List.of(whole.token("alice"), bound("other"))) {
                        live.send(text("{\"refreshToken\":{\"token\":\"" + token + "\"}}"));
                        until(live, "ERROR_CODE_INVALID_TOKEN");
                    }
                    live.send(text("{\"subscribe\":{\"channel\":\"user/alice\",\"subId\":1}}"));
                    until(live, "ERROR_CODE_FORBIDDEN");
                });
    }

    @Test
    void c10ATokenOfOneDeviceOpensNoOther() throws Exception {
        attack(
                () -> {
                    RawClient other = client();
                    other.upgrade("Authorization: Bearer " + bound("mine"), JSON);
                    other.send(text("{\"hello\":{\"deviceId\":\"other\"}}"));
                    assertThat(closeCode(other), is(4501));
                });
    }

    /** One that is good for a moment, and was taken in it. */
    private String whileGood() {
        String[] taken = new String[1];
        eventually(
                "a token is taken while it is good",
                LIMIT,
                () -> {
                    taken[0] =
                            whole.rsa()
                                    .token(
                                            WholeServer.claims(
                                                    "mallory",
                                                    "heliograph",
                                                    "heliograph",
                                                    2 - LEEWAY_SECONDS));
                    return ask(taken[0], "GET /v1/connect", "").status() == 200;
                });
        return taken[0];
    }

    private String bound(String device) {
        return whole.rsa()
                .token(
                        "{\"sub\":\"mallory\",\"iss\":\"heliograph\",\"aud\":\"heliograph\",\"exp\":%d,\"scope\":\"connect\",\"device\":\"%s\"}"
                                .formatted(Instant.now().getEpochSecond() + 600, device));
    }

    private void refused(String token, String code, String path, String body) throws IOException {
        RawClient.Answer answer = ask(token, path, body);
        assertThat(path + ": " + answer, answer.status(), is(401));
        assertThat(answer.body(), containsString("\"code\":\"" + code + "\""));
        if (token.length() > 20) {
            assertThat("the token comes back", answer.body(), not(containsString(token)));
        }
    }

    private RawClient.Answer ask(String token, String path, String body) throws IOException {
        RawClient client = client();
        client.send(
                utf8(
                        "%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s"
                                .formatted(path, token, body.length(), body)));
        return client.answer();
    }

    private Status.Code notifyStatus(String token) {
        return assertThrows(
                        StatusRuntimeException.class,
                        () -> whole.producer().api(token).notify(TestProducer.request("alice")))
                .getStatus()
                .getCode();
    }
}
