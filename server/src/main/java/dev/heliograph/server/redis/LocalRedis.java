package dev.heliograph.server.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A Redis of one's own for development and tests: loopback, a free port, a random password, a
 * private directory. It is gone within 5 s of this process' end, even by SIGKILL: {@code
 * watchdog.sh} sees to that.
 */
public final class LocalRedis implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(LocalRedis.class.getName());

    /** Loading an append-only file of a few hundred MB takes seconds; more is no development. */
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);

    /** A free port can be taken by someone else before Redis binds it. */
    private static final int PORT_ATTEMPTS = 3;

    private static final int PASSWORD_BYTES = 24;

    private final RedisBinary binary;
    private final RedisHome home;
    private final URI uri;
    private final Process watchdog;
    private final long pid;

    private LocalRedis(RedisBinary binary, RedisHome home, URI uri) throws IOException {
        this.binary = binary;
        this.home = home;
        this.uri = uri;
        this.watchdog =
                new ProcessBuilder(
                                "bash",
                                "-c",
                                watchdogScript(),
                                "heliograph-redis",
                                binary.path().toString(),
                                home.directory().toString(),
                                home.keeps() ? "keep" : "remove")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        String line = watchdog.inputReader(StandardCharsets.UTF_8).readLine();
        if (line == null) {
            throw new IOException("The watchdog of " + binary.description() + " did not start");
        }
        this.pid = Long.parseLong(line);
    }

    /**
     * Starts redis-server or valkey-server from the PATH, else the bundled one, and waits until it
     * answers.
     *
     * @param dataDirectory where the data survives a restart; empty: nothing is kept
     * @throws IOException when there is no Redis for this platform, it does not start, or another
     *     process uses the data directory; the message says which and what to do
     */
    public static LocalRedis start(Optional<Path> dataDirectory) throws IOException {
        String searchPath = System.getenv("PATH");
        return start(dataDirectory, RedisBinary.onPath(searchPath == null ? "" : searchPath));
    }

    /** Like {@link #start(Optional)}, with the bundled one whatever the PATH holds. */
    public static LocalRedis startBundled(Optional<Path> dataDirectory) throws IOException {
        return start(dataDirectory, Optional.empty());
    }

    private static LocalRedis start(Optional<Path> dataDirectory, Optional<RedisBinary> installed)
            throws IOException {
        IOException failure = null;
        for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
            RedisHome home =
                    dataDirectory.isPresent()
                            ? RedisHome.in(dataDirectory.get())
                            : RedisHome.temporary();
            try {
                return start(home, installed);
            } catch (IOException e) {
                home.close();
                failure = e;
                if (!e.getMessage().contains("Address already in use")) {
                    break;
                }
            }
        }
        throw failure;
    }

    private static LocalRedis start(RedisHome home, Optional<RedisBinary> installed)
            throws IOException {
        RedisBinary binary =
                installed.isPresent() ? installed.get() : RedisBinary.extractTo(home.directory());
        byte[] random = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(random);
        String password = HexFormat.of().formatHex(random);
        int port = RedisProbe.freePort();
        home.prepare(port, password);
        LocalRedis redis =
                new LocalRedis(
                        binary, home, URI.create("redis://:" + password + "@127.0.0.1:" + port));
        ProcessHandle process = ProcessHandle.of(redis.pid).orElse(null);
        boolean answers =
                process != null
                        && RedisProbe.awaitPong(port, password, START_TIMEOUT, process::isAlive);
        if (!answers) {
            String tail = home.logTail();
            redis.close();
            throw new IOException(binary.description() + " did not start. Its log ends:\n" + tail);
        }
        redis.announce();
        return redis;
    }

    /** {@code redis://:<password>@127.0.0.1:<port>}. */
    public URI uri() {
        return uri;
    }

    /** Which Redis it is, its version and where it was found. */
    public String description() {
        return binary.description();
    }

    /** Its process id. */
    public long pid() {
        return pid;
    }

    /** Stops Redis and waits until it is gone. Later calls do nothing. */
    @Override
    public void close() {
        try {
            watchdog.getOutputStream().close();
            // Bounded by the watchdog itself: it kills what does not stop.
            watchdog.onExit().join();
            home.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Redis did not stop cleanly", e);
        }
    }

    private void announce() {
        if (binary.bundled()) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "Redis is {0}, for development only: slower than a distribution''s, without security fixes",
                    description());
        } else {
            LOGGER.log(System.Logger.Level.INFO, "Redis is {0}", description());
        }
    }

    private static String watchdogScript() throws IOException {
        try (var script = LocalRedis.class.getResourceAsStream("watchdog.sh")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
