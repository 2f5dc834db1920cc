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
                current = ask(nextReason);
            }
            return current.copy();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The server did not take this token: the next call asks for another, unless one has come
     * since.
     */
    public void invalidate(String token, Reason reason) {
        lock.lock();
        try {
            if (current != null && current.isDone() && token.equals(current.getNow(""))) {
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
