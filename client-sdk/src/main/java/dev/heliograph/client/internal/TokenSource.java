package dev.heliograph.client.internal;

import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.auth.TokenProvider.Reason;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The token in force: asked for once however many want it, kept until it is invalidated. Safe for
 * any thread.
 */
public final class TokenSource {

    /**
     * A provider that takes longer is interrupted: a person is waiting, and a retry may find a
     * healthier backend.
     */
    private static final Duration PROVIDER_TIMEOUT = Duration.ofSeconds(30);

    private final TokenProvider provider;
    private final ReentrantLock lock = new ReentrantLock();
    /* Guarded by lock: the token or the call that brings it; null when the next caller has to ask. */
    private CompletableFuture<String> current;
    /* Guarded by lock: the call that brings the one after it, if there is one. */
    private CompletableFuture<String> renewal;
    private Reason nextReason = Reason.INITIAL;

    /** Over the app's provider. */
    public TokenSource(TokenProvider provider) {
        this.provider = Objects.requireNonNull(provider, "provider");
    }

    /** The token. Fails with what the provider threw; the next call then asks again. */
    public CompletableFuture<String> token() {
        lock.lock();
        try {
            if (current == null || current.isCompletedExceptionally()) {
                // One call at a time: the renewal under way brings a token, too.
                current = renewal != null ? renewal : ask(nextReason);
            }
            return current.copy();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The token that follows one that expires soon: the same one, if the provider has no other yet.
     * Fails with what the provider threw; the token stays in force until then.
     */
    public CompletableFuture<String> renew(String token) {
        lock.lock();
        try {
            if (current == null || !current.isDone() || !token.equals(inForce())) {
                return token();
            }
            if (renewal == null) {
                CompletableFuture<String> asked = ask(Reason.EXPIRING);
                renewal = asked;
                var _ = asked.whenComplete((next, failure) -> renewed(token, asked, failure));
                return asked.copy();
            }
            return renewal.copy();
        } finally {
            lock.unlock();
        }
    }

    private void renewed(String token, CompletableFuture<String> asked, Throwable failure) {
        lock.lock();
        try {
            renewal = null;
            if (failure == null && token.equals(inForce())) {
                current = asked;
            }
        } finally {
            lock.unlock();
        }
    }

    private String inForce() {
        return current == null || !current.isDone() || current.isCompletedExceptionally()
                ? ""
                : current.getNow("");
    }

    /**
     * The server did not take this token: the next call asks for another, unless one has come
     * since.
     */
    public void invalidate(String token, Reason reason) {
        lock.lock();
        try {
            if (token.equals(inForce())) {
                current = null;
                nextReason = reason;
            }
        } finally {
            lock.unlock();
        }
    }

    /** A token read from a file often ends in a line break. What no header can hold is no token. */
    private static String usable(String provided) {
        String token = Objects.requireNonNull(provided, "The token provider returned null").strip();
        if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException(
                    "The token provider returned something that is no JWT: it is empty or has"
                            + " characters beyond printable ASCII");
        }
        return token;
    }

    private CompletableFuture<String> ask(Reason reason) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        Thread asking =
                Thread.ofVirtual()
                        .name("heliograph-token")
                        .start(
                                () -> {
                                    try {
                                        answer.complete(usable(provider.token(reason)));
                                    } catch (Throwable e) {
                                        answer.completeExceptionally(e);
                                    }
                                });
        return answer.orTimeout(PROVIDER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete(
                        (token, failure) -> {
                            if (failure != null) {
                                asking.interrupt();
                            }
                        });
    }
}
