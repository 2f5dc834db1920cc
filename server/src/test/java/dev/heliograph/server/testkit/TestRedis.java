package dev.heliograph.server.testkit;

import dev.heliograph.server.config.ServerConfig.LogConfig;
import dev.heliograph.server.config.ServerConfig.RedisConfig;
import dev.heliograph.server.redis.LocalRedis;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;

/** A real Redis of a test's own, with a connection to look into it and to do it harm. */
public final class TestRedis implements AutoCloseable {

    private final LocalRedis redis;
    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;

    private TestRedis(LocalRedis redis) {
        this.redis = redis;
        this.client = RedisClient.create(redis.uri().toString());
        this.connection = client.connect();
    }

    /** Starts one. */
    public static TestRedis start() {
        try {
            return new TestRedis(LocalRedis.start(Optional.empty()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it is, as a server is told. */
    public RedisConfig config() {
        return new RedisConfig(redis.uri(), Duration.ofSeconds(5), 0);
    }

    /** The defaults of a log. */
    public static LogConfig logConfig() {
        return new LogConfig(1_000, Duration.ofDays(7), Duration.ofMinutes(10));
    }

    /** Commands of one's own. */
    public RedisCommands<String, String> commands() {
        return connection.sync();
    }

    @Override
    public void close() {
        client.shutdown();
        redis.close();
    }
}
