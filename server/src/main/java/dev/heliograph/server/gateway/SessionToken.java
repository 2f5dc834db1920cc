package dev.heliograph.server.gateway;

import dev.heliograph.server.auth.Principal;
import dev.heliograph.server.auth.TokenException;
import dev.heliograph.server.auth.TokenVerifier;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The token that a session stands on, and the ones that follow it (T-4, T-6 to T-9). The reader
 * thread replaces it, the timer looks how long it lasts. Times are in milliseconds since 1970.
 */
final class SessionToken {

    /** A device that has to ask its backend, over a slow network and with a retry. */
    private static final long MAX_NOTICE_MS = Duration.ofMinutes(1).toMillis();

    /** Of a token's time at least so much is left when the device is told. */
    private static final int NOTICE_SHARE = 3;

    /**
     * A device that refreshes more often than this is told to go: a token holds for minutes, and
     * verifying one costs more than any other frame.
     */
    private static final int MAX_REFRESHES = 10;

    private static final long REFRESH_WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Why a token cannot take the place of another. The message never holds a token. */
    static final class Refused extends Exception {

        private static final long serialVersionUID = 1L;

        private Refused(String message) {
            super(message);
        }
    }

    /** One token in force. {@code told} belongs to the timer. */
    private static final class Held {
        private final Principal principal;
        private final long noticeMs;
        private boolean told;

        Held(Principal principal, long nowMs) {
            this.principal = principal;
            long lifeMs = principal.expiresAt().toEpochMilli() - nowMs;
            this.noticeMs = Math.clamp(lifeMs / NOTICE_SHARE, 0, MAX_NOTICE_MS);
        }
    }

    private volatile Held held;

    /* Owned by the reader thread. */
    private long windowNanos;
    private int refreshes;

    SessionToken(Principal principal, long nowMs) {
        this.held = new Held(principal, nowMs);
    }

    /** Who it speaks for. */
    Principal principal() {
        return held.principal;
    }

    /** Milliseconds until its {@code exp}, 0 when that has passed. */
    long remainingMs(long nowMs) {
        return Math.max(0, held.principal.expiresAt().toEpochMilli() - nowMs);
    }

    /**
     * Whether the device has to be told now that the token ends: true once for each token. On the
     * timer.
     *
     * @param againMs when it will be looked at next: a token that would be too near its end by then
     *     is told of now
     */
    boolean tell(long nowMs, long againMs) {
        Held now = held;
        if (now.told || remainingMs(nowMs) - againMs >= now.noticeMs) {
            return false;
        }
        now.told = true;
        return true;
    }

    /** Whether one more refresh may be looked at. On the reader thread. */
    boolean mayRefresh(long nowNanos) {
        if (refreshes == 0 || nowNanos - windowNanos > REFRESH_WINDOW_NANOS) {
            windowNanos = nowNanos;
            refreshes = 0;
        }
        return ++refreshes <= MAX_REFRESHES;
    }

    /**
     * Puts another token in the place of this one. On the reader thread; may wait for the key set.
     *
     * @param device the session's device
     * @throws Refused when it is not valid or for somebody else: then this one goes on to count
     */
    void refresh(String token, String device, TokenVerifier verifier, long nowMs) throws Refused {
        Principal next;
        try {
            next = verifier.verify(token);
        } catch (TokenException e) {
            throw new Refused(e.getMessage());
        }
        Principal before = held.principal;
        if (!next.tenant().equals(before.tenant()) || !next.subject().equals(before.subject())) {
            throw new Refused("The token is of another user than the session's");
        }
        if (!next.scopes().contains(Principal.SCOPE_CONNECT)) {
            throw new Refused("The token lacks the scope connect");
        }
        Optional<String> bound = next.device();
        if (bound.isPresent() && !bound.get().equals(device)) {
            throw new Refused("The token binds another device than the session's, " + device);
        }
        held = new Held(next, nowMs);
    }
}
