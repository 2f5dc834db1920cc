package dev.heliograph.server.auth;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heliograph.server.auth.TokenException.Reason;
import dev.heliograph.server.config.ServerConfig.AuthConfig;
import dev.heliograph.server.testkit.TestKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JwtVerifierTest {

    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final long SOON = NOW.getEpochSecond() + 60;
    private static final TestKey HS = TestKey.hs256("hs");
    private static final TestKey RS = TestKey.rs256("rs", 2048);
    private static final TestKey ES = TestKey.es256("es");
    private static final TestKey WEAK_RS = TestKey.rs256("weak-rs", 1024);
    private static final TestKey WEAK_HS = TestKey.hs256("weak-hs", new byte[16]);
    private static final TestKey STRANGER = TestKey.hs256("stranger");
    private static final String CLAIMS =
            "\"iss\":\"heliograph\",\"aud\":\"heliograph\",\"sub\":\"alice\",\"scope\":\"connect\"";
    private static final String GOOD = "{" + CLAIMS + ",\"exp\":" + SOON + "}";

    private static JwtVerifier verifier;

    @BeforeAll
    static void readKeys(@TempDir Path directory) throws IOException {
        Path jwks = directory.resolve("jwks.json");
        Files.writeString(jwks, TestKey.jwks(HS, RS, ES, WEAK_RS, WEAK_HS));
        verifier =
                new JwtVerifier(
                        JwksSource.create(jwks.toString(), Duration.ofHours(1)),
                        new AuthConfig(
                                jwks.toString(), Duration.ofHours(1), "heliograph", "heliograph"),
                        Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @AfterAll
    static void close() {
        verifier.close();
    }

    @Test
    void acceptsEachAlgorithmOfT1() throws TokenException {
        for (TestKey key : new TestKey[] {HS, RS, ES}) {
            assertThat(verifier.verify(key.token(GOOD)).subject(), is("alice"));
        }
    }

    @Test
    void readsTheClaimsOfT2AndT3() throws TokenException {
        Principal principal =
                verifier.verify(
                        HS.token(
                                "{\"iss\":\"heliograph\",\"aud\":[\"x\",\"heliograph\"],\"sub\":\"bob\","
                                        + "\"scope\":\"connect notify\",\"device\":\"phone-1\","
                                        + "\"topics\":[\"news\",\"team-*\"],\"exp\":"
                                        + SOON
                                        + "}"));
        assertThat(principal.scopes(), containsInAnyOrder("connect", "notify"));
        assertThat(principal.device(), is(Optional.of("phone-1")));
        assertThat(principal.topics(), contains("news", "team-*"));
        assertThat(principal.expiresAt().getEpochSecond(), is(SOON));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "NONE", "nOnE", "", "HS384", "RS512", "PS256", "EdDSA"})
    void refusesEveryOtherAlgorithm(String alg) {
        String header = "{\"alg\":\"%s\",\"kid\":\"hs\"}".formatted(alg);
        refused(Reason.UNTRUSTED, HS.token(header, GOOD));
        refused(Reason.UNTRUSTED, TestKey.encode(header) + "." + TestKey.encode(GOOD) + ".");
        refused(
                Reason.UNTRUSTED,
                TestKey.encode("{\"alg\":\"%s\"}".formatted(alg))
                        + "."
                        + TestKey.encode(GOOD)
                        + ".");
    }

    @Test
    void refusesAnRsaKeyUsedAsAnHmacSecret() {
        TestKey confused = TestKey.hs256("rs", RS.encodedPublicKey());
        refused(Reason.UNTRUSTED, confused.token(GOOD));
        refused(Reason.UNTRUSTED, confused.token("{\"alg\":\"RS256\",\"kid\":\"rs\"}", GOOD));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "unknown",
                "../../../../dev/null",
                "' OR 1=1 --",
                "weak-rs",
                "weak-hs",
                "stranger"
            })
    void refusesAKeyThatIsNotInTheSet(String kid) {
        for (TestKey key : new TestKey[] {STRANGER, WEAK_HS}) {
            refused(
                    Reason.UNTRUSTED,
                    key.token("{\"alg\":\"HS256\",\"kid\":\"%s\"}".formatted(kid), GOOD));
        }
        refused(Reason.UNTRUSTED, WEAK_RS.token(GOOD));
    }

    @Test
    void refusesAKidThatIsAbsentHugeOrNoString() {
        refused(Reason.UNTRUSTED, HS.token("{\"alg\":\"HS256\"}", GOOD));
        refused(
                Reason.UNTRUSTED,
                HS.token("{\"alg\":\"HS256\",\"kid\":\"%s\"}".formatted("h".repeat(300)), GOOD));
        refused(Reason.MALFORMED, HS.token("{\"alg\":\"HS256\",\"kid\":1}", GOOD));
        refused(Reason.MALFORMED, HS.token("{\"alg\":[\"HS256\"],\"kid\":\"hs\"}", GOOD));
    }

    @Test
    void ignoresKeysAndAddressesOfKeysInTheHeader() throws TokenException {
        String offers =
                ",\"jku\":\"http://127.0.0.1:1/jwks\",\"x5u\":\"http://127.0.0.1:1/x\",\"jwk\":%s}"
                        .formatted("{\"kty\":\"oct\",\"k\":\"AAAA\",\"kid\":\"hs\"}");
        String header = "{\"alg\":\"HS256\",\"kid\":\"hs\"" + offers;
        refused(Reason.UNTRUSTED, STRANGER.token(header, GOOD));
        assertThat(verifier.verify(HS.token(header, GOOD)).subject(), is("alice"));
    }

    @Test
    void refusesCriticalHeaderMembers() {
        refused(
                Reason.UNTRUSTED,
                HS.token(
                        "{\"alg\":\"HS256\",\"kid\":\"hs\",\"crit\":[\"b64\"],\"b64\":false}",
                        GOOD));
    }

    @Test
    void refusesRepeatedMembers() {
        refused(
                Reason.MALFORMED,
                HS.token("{\"alg\":\"none\",\"alg\":\"HS256\",\"kid\":\"hs\"}", GOOD));
        refused(
                Reason.MALFORMED,
                HS.token("{" + CLAIMS + ",\"sub\":\"admin\",\"exp\":" + SOON + "}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"soon\"",
                "null",
                "true",
                "[1]",
                "1.5",
                "-1",
                "1e30",
                "1e999999999",
                "253402300800",
                "99999999999999999999999999"
            })
    void refusesAnExpThatIsNoWholeNumberOfSeconds(String exp) {
        refused(Reason.MALFORMED, HS.token("{" + CLAIMS + ",\"exp\":" + exp + "}"));
    }

    @Test
    void refusesATokenWithoutExp() {
        refused(Reason.MALFORMED, HS.token("{" + CLAIMS + "}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "...",
                "a.b",
                "a.b.c.d",
                "not a token",
                "a.b.c",
                "Ω.Ω.Ω",
                "e30.e30.",
                "W10.W10.AA"
            })
    void refusesWhatIsNoJwt(String token) {
        TokenException e = assertThrows(TokenException.class, () -> verifier.verify(token));
        assertThat(e.reason(), is(token.equals("e30.e30.") ? Reason.UNTRUSTED : Reason.MALFORMED));
    }

    /** RFC 7515 section 2: base64url without padding, so that a token has one spelling only. */
    @Test
    void refusesAnotherSpellingOfAGoodToken() {
        String token = ES.token(GOOD);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        int last = alphabet.indexOf(token.charAt(token.length() - 1));
        String begin = token.substring(0, token.length() - 1);
        refused(Reason.MALFORMED, begin + alphabet.charAt(last ^ 1));
        refused(Reason.MALFORMED, token + "==");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "x", ",", "}", "\u0000", "[]", "null"})
    void refusesAPayloadOrHeaderWithSomethingBehindIt(String more) {
        refused(Reason.MALFORMED, HS.token(GOOD + more));
        refused(Reason.MALFORMED, HS.token("{\"alg\":\"HS256\",\"kid\":\"hs\"}" + more, GOOD));
    }

    @Test
    void refusesExtraSegmentsAndOversizeTokens() {
        refused(Reason.MALFORMED, HS.token(GOOD) + ".e30");
        refused(
                Reason.MALFORMED,
                HS.token(
                        "{"
                                + CLAIMS
                                + ",\"exp\":"
                                + SOON
                                + ",\"x\":\""
                                + "x".repeat(8192)
                                + "\"}"));
    }

    @Test
    void refusesAChangedSignatureAndAChangedPayload() {
        String token = ES.token(GOOD);
        String[] parts = token.split("\\.", -1);
        refused(Reason.UNTRUSTED, parts[0] + "." + TestKey.encode(GOOD + " ") + "." + parts[2]);
        refused(Reason.UNTRUSTED, parts[0] + "." + parts[1] + ".");
        refused(Reason.UNTRUSTED, parts[0] + "." + parts[1] + "." + "A".repeat(86));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"iss\":\"other\",\"aud\":\"heliograph\"",
                "\"iss\":\"heliograph\",\"aud\":\"other\"",
                "\"iss\":\"heliograph\"",
                "\"aud\":\"heliograph\"",
                "\"iss\":\"heliograph\",\"aud\":[]"
            })
    void refusesAnotherIssuerOrAudience(String issuerAndAudience) {
        String rest = ",\"sub\":\"alice\",\"scope\":\"connect\",\"exp\":";
        refused(
                Reason.WRONG_ISSUER_OR_AUDIENCE,
                HS.token("{" + issuerAndAudience + rest + SOON + "}"));
        /* Expired is told only of tokens that are otherwise good (C-7). */
        refused(Reason.WRONG_ISSUER_OR_AUDIENCE, HS.token("{" + issuerAndAudience + rest + "1}"));
    }

    @Test
    void tellsAnExpiredTokenOnlyWhenItIsWellSigned() {
        String expired = "{" + CLAIMS + ",\"exp\":" + (NOW.getEpochSecond() - 6) + "}";
        refused(Reason.EXPIRED, HS.token(expired));
        refused(Reason.UNTRUSTED, STRANGER.token("{\"alg\":\"HS256\",\"kid\":\"hs\"}", expired));
    }

    @Test
    void allowsFiveSecondsOfLeeway() throws TokenException {
        long now = NOW.getEpochSecond();
        assertThat(
                verifier.verify(HS.token("{" + CLAIMS + ",\"exp\":" + (now - 4) + "}")).subject(),
                is("alice"));
        assertThat(
                verifier.verify(
                                HS.token(
                                        "{%s,\"exp\":%d,\"nbf\":%d,\"iat\":%d}"
                                                .formatted(CLAIMS, SOON, now + 5, now + 5)))
                        .subject(),
                is("alice"));
    }

    @Test
    void refusesATokenFromTheFuture() {
        long later = NOW.getEpochSecond() + 6;
        for (String claim : new String[] {"nbf", "iat"}) {
            refused(
                    Reason.NOT_YET_VALID,
                    HS.token("{%s,\"exp\":%d,\"%s\":%d}".formatted(CLAIMS, SOON, claim, later)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"sub\":\"\"",
                "\"sub\":\"a b\"",
                "\"sub\":\"a\\u0000\"",
                "\"sub\":7",
                "\"x\":1",
                "\"sub\":\"a\",\"scope\":[\"connect\"]",
                "\"sub\":\"a\",\"topics\":\"all\"",
                "\"sub\":\"a\",\"topics\":[1]",
                "\"sub\":\"a\",\"device\":\"\"",
                "\"sub\":\"a\",\"device\":\"a/b\"",
                "\"sub\":\"a\",\"device\":null"
            })
    void refusesClaimsOfTheWrongShape(String claims) {
        refused(
                Reason.MALFORMED,
                HS.token(
                        "{\"iss\":\"heliograph\",\"aud\":\"heliograph\",%s,\"exp\":%d}"
                                .formatted(claims, SOON)));
    }

    private static void refused(Reason reason, String token) {
        TokenException e = assertThrows(TokenException.class, () -> verifier.verify(token));
        assertThat(e.getMessage(), e.reason(), is(reason));
        for (String part : token.split("\\.", -1)) {
            if (part.length() > 8) {
                assertThat(e.getMessage(), not(containsString(part)));
            }
        }
    }
}
