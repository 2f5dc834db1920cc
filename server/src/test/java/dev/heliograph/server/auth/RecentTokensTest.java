package dev.heliograph.server.auth;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heliograph.server.auth.TokenException.Reason;
import io.helidon.security.jwt.jwk.JwkKeys;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RecentTokensTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final AtomicInteger verified = new AtomicInteger();
    private final AtomicReference<JwkKeys> keys = new AtomicReference<>(JwkKeys.builder().build());

    private RecentTokens recent(Instant expiresAt) {
        TokenVerifier verifier =
                token -> {
                    verified.incrementAndGet();
                    if (token.equals("bad")) {
                        throw new TokenException(Reason.UNTRUSTED, "no");
                    }
                    return new Principal(
                            "default", token, Optional.empty(), Set.of(), List.of(), expiresAt);
                };
        return new RecentTokens(verifier, keys::get, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @Test
    void verifiesATokenOnce() throws TokenException {
        RecentTokens recent = recent(NOW.plusSeconds(60));
        assertThat(recent.verify("a").subject(), is("a"));
        assertThat(recent.verify("a").subject(), is("a"));
        assertThat(recent.verify("b").subject(), is("b"));
        assertThat(verified.get(), is(2));
    }

    @Test
    void verifiesAgainWhenTheKeysAreOthers() throws TokenException {
        RecentTokens recent = recent(NOW.plusSeconds(60));
        recent.verify("a");
        keys.set(JwkKeys.builder().build());
        recent.verify("a");
        assertThat(verified.get(), is(2));
    }

    @Test
    void verifiesAgainOnceItHasExpired() throws TokenException {
        RecentTokens recent = recent(NOW);
        recent.verify("a");
        recent.verify("a");
        assertThat(verified.get(), is(2));
    }

    @Test
    void remembersNoRefusal() {
        RecentTokens recent = recent(NOW.plusSeconds(60));
        assertThrows(TokenException.class, () -> recent.verify("bad"));
        assertThrows(TokenException.class, () -> recent.verify("bad"));
        assertThat(verified.get(), is(2));
    }
}
