package dev.heliograph.server.auth;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.heliograph.server.config.ServerConfig.AuthConfig;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.testkit.TestKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * Any token, and, so that the claims are reached, any payload under a good signature: that is what
 * follows a plus.
 */
class JwtVerifierFuzzTest {

    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final TestKey KEY = TestKey.hs256("hs", new byte[32]);

    private static JwtVerifier verifier;

    @BeforeAll
    static void readKeys(@TempDir Path directory) throws IOException {
        Path jwks = directory.resolve("jwks.json");
        Files.writeString(jwks, TestKey.jwks(KEY));
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

    @FuzzTest(maxDuration = "2m")
    void aTokenIsGoodOrIsRefusedWithAReasonThatDoesNotHoldIt(byte[] octets) {
        String text = new String(octets, StandardCharsets.UTF_8);
        String token = text.startsWith("+") ? KEY.token(text.substring(1)) : text;
        try {
            Principal principal = verifier.verify(token);
            assertThat("only what the key signed is good", text.startsWith("+"));
            assertThat(Channel.validName(principal.subject()), is(true));
            assertThat(principal.expiresAt().plusSeconds(5).isAfter(NOW), is(true));
        } catch (TokenException e) {
            assertThat(e.getMessage(), not(""));
            assertThat(
                    e.getMessage().length() < 200
                            && (token.length() < 20 || !e.getMessage().contains(token)),
                    is(true));
        }
    }
}
