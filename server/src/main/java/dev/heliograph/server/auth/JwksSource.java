package dev.heliograph.server.auth;

import io.helidon.security.jwt.jwk.Jwk;
import io.helidon.security.jwt.jwk.JwkKeys;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The keys of the installation, read from a file or URL again and again. A whole set replaces the
 * one before in one step; a reload that fails keeps it.
 */
final class JwksSource implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(JwksSource.class.getName());

    /** An unknown {@code kid} costs at most one reload in this time, whoever sends it. */
    private static final long MIN_RELOAD_GAP_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A key server slower than this counts as away: callers wait for it. */
    private static final Duration HTTP_TIMEOUT = Duration.ofSeconds(3);

    /** Some thousand keys; a larger answer is not a key set. */
    private static final int MAX_BYTES = 1 << 20;

    private final String location;
    private final ReentrantLock reloading = new ReentrantLock();
    private final Optional<HttpClient> http;
    private final Thread refresher;
    private volatile JwkKeys keys;
    /* Guarded by reloading. */
    private long lastReloadNanos;

    private JwksSource(String location, Duration refresh) {
        this.location = location;
        this.http =
                isUrl(location)
                        ? Optional.of(HttpClient.newBuilder().connectTimeout(HTTP_TIMEOUT).build())
                        : Optional.empty();
        try {
            this.keys = load();
        } catch (IOException | RuntimeException e) {
            http.ifPresent(HttpClient::shutdownNow);
            throw new IllegalArgumentException(
                    "heliograph.auth.jwks: cannot read a JSON Web Key Set from '%s': %s"
                            .formatted(location, reason(e)),
                    e);
        }
        this.lastReloadNanos = System.nanoTime() - MIN_RELOAD_GAP_NANOS;
        this.refresher = Thread.ofVirtual().name("jwks-refresh").start(() -> refreshEvery(refresh));
    }

    /** Reads the set and goes on reading it. Fails when the first read does. */
    static JwksSource create(String location, Duration refresh) {
        return new JwksSource(location, refresh);
    }

    /**
     * The set that has the key. When the current one does not, it is read again first, at most once
     * a second; empty when the key is not in that either.
     */
    Optional<JwkKeys> keysWith(String kid) {
        JwkKeys current = keys;
        if (current.forKeyId(kid).isPresent()) {
            return Optional.of(current);
        }
        reloading.lock();
        try {
            long now = System.nanoTime();
            if (keys == current && now - lastReloadNanos >= MIN_RELOAD_GAP_NANOS) {
                reload();
            }
            return keys.forKeyId(kid).map(Jwk::keyId).map(known -> keys);
        } finally {
            reloading.unlock();
        }
    }

    /** The set in force. */
    JwkKeys current() {
        return keys;
    }

    /** Ends the refresh. */
    @Override
    public void close() {
        refresher.interrupt();
        http.ifPresent(HttpClient::shutdownNow);
    }

    private void refreshEvery(Duration refresh) {
        try {
            while (true) {
                Thread.sleep(refresh);
                reloading.lock();
                try {
                    reload();
                } finally {
                    reloading.unlock();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void reload() {
        lastReloadNanos = System.nanoTime();
        try {
            keys = load();
        } catch (IOException | RuntimeException e) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "Cannot read the key set from {0}, the old keys stay in force: {1}",
                    location,
                    reason(e));
        }
    }

    private JwkKeys load() throws IOException {
        try (InputStream in = open()) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException("it is larger than " + MAX_BYTES + " bytes");
            }
            return KeySet.parse(bytes);
        }
    }

    private InputStream open() throws IOException {
        if (http.isEmpty()) {
            return Files.newInputStream(Path.of(location));
        }
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(location)).timeout(HTTP_TIMEOUT).build();
        try {
            HttpResponse<InputStream> response =
                    http.get().send(request, HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                response.body().close();
                throw new IOException("HTTP status " + response.statusCode());
            }
            return response.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static boolean isUrl(String location) {
        return location.startsWith("http://") || location.startsWith("https://");
    }

    private static String reason(Exception e) {
        return e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ": " + e.getMessage());
    }
}
