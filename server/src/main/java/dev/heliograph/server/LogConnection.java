package dev.heliograph.server;

import dev.heliograph.server.config.ServerConfig;
import dev.heliograph.server.log.LogException;
import dev.heliograph.server.log.LogStore;
import java.time.Duration;

/** Connects to Redis at start, which may come up a little later than this process. */
final class LogConnection {

    private static final System.Logger LOGGER = System.getLogger(LogConnection.class.getName());

    /** Longer than a Redis container takes to start; an orchestrator restarts us after it. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);

    private LogConnection() {}

    /**
     * Connects.
     *
     * @throws IllegalStateException when Redis cannot be reached for 15 s, naming where it was
     *     looked for, without the password
     */
    static LogStore open(ServerConfig config) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return LogStore.connect(config.redis(), config.log());
            } catch (LogException e) {
                String where = config.redis().servers();
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            "Redis at %s (heliograph.redis.uri) cannot be used: %s"
                                    .formatted(where, e.getMessage()),
                            e);
                }
                LOGGER.log(
                        System.Logger.Level.INFO,
                        "Waiting for Redis at {0}: {1}",
                        where,
                        e.getMessage());
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_TRIES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for Redis", e);
        }
    }
}
