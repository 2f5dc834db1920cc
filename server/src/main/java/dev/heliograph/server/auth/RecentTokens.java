package dev.heliograph.server.auth;

import io.helidon.security.jwt.jwk.JwkKeys;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Remembers the tokens that were verified last. A backend sends the same token with every call, and
 * verifying one costs more than storing a notification. A remembered token counts only while the
 * key set is the very one that verified it and until its {@code exp}.
 */
final class RecentTokens implements TokenVerifier {

    /** Backends of an installation, some with two tokens at a time; at most 2 MB at 8 KiB each. */
    private static final int MAX_TOKENS = 256;

    private final TokenVerifier verifier;
    private final Supplier<JwkKeys> keys;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    /* Guarded by lock. */
    private final Map<String, Verified> recent =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Verified> eldest) {
                    return size() > MAX_TOKENS;
                }
            };

    private record Verified(Principal principal, JwkKeys keys) {}

    RecentTokens(TokenVerifier verifier, Supplier<JwkKeys> keys, Clock clock) {
        this.verifier = verifier;
        this.keys = keys;
        this.clock = clock;
    }

    @Override
    public Principal verify(String token) throws TokenException {
        JwkKeys inForce = keys.get();
        Verified known = known(token);
        if (known != null
                && known.keys() == inForce
                && clock.instant().isBefore(known.principal().expiresAt())) {
            return known.principal();
        }
        Principal principal = verifier.verify(token);
        lock.lock();
        try {
            recent.put(token, new Verified(principal, inForce));
        } finally {
            lock.unlock();
        }
        return principal;
    }

    private Verified known(String token) {
        lock.lock();
        try {
            return recent.get(token);
        } finally {
            lock.unlock();
        }
    }
}
