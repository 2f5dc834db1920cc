package dev.heliograph.server.log;

import dev.heliograph.server.config.ServerConfig.RedisConfig;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Makes connections to the log's Redis, all with the same options. */
final class RedisClients implements AutoCloseable {

    private static final RedisCodec<String, byte[]> CODEC =
            RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

    /**
     * Commands that a connection holds while they are on their way: more than a pipe's queue and
     * batches.
     */
    private static final int REQUEST_SIZE = 50_000;

    /**
     * Reconnects are spread over this time, so that a Redis that comes back is not met by all nodes
     * at once.
     */
    private static final Duration MAX_RECONNECT_DELAY = Duration.ofSeconds(5);

    private final ClientResources resources;
    private final RedisClient client;
    private final RedisClient onceClient;
    private final Duration commandTimeout;

    /** Nothing is connected yet. */
    RedisClients(RedisConfig config) {
        commandTimeout = config.commandTimeout();
        resources =
                DefaultClientResources.builder()
                        .reconnectDelay(
                                () ->
                                        Delay.fullJitter(
                                                Duration.ofMillis(100),
                                                MAX_RECONNECT_DELAY,
                                                100,
                                                TimeUnit.MILLISECONDS))
                        .build();
        RedisURI uri = RedisURI.create(config.uri());
        uri.setTimeout(config.commandTimeout());
        client = RedisClient.create(resources, uri);
        client.setOptions(options(config, true));
        onceClient = RedisClient.create(resources, uri);
        onceClient.setOptions(options(config, false));
    }

    private static ClientOptions options(RedisConfig config, boolean autoReconnect) {
        return ClientOptions.builder()
                .autoReconnect(autoReconnect)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(REQUEST_SIZE)
                // What was in flight has an unknown outcome: the caller decides, not the
                // connection.
                .replayFilter(command -> true)
                .timeoutOptions(TimeoutOptions.enabled(config.commandTimeout()))
                .socketOptions(
                        SocketOptions.builder()
                                .connectTimeout(config.commandTimeout())
                                .keepAlive(true)
                                .tcpNoDelay(true)
                                .build())
                .build();
    }

    /** After which a command without an answer fails, blocking ones included. */
    Duration commandTimeout() {
        return commandTimeout;
    }

    /**
     * A new connection, which reconnects by itself.
     *
     * @throws LogException.Unavailable when Redis cannot be reached
     */
    StatefulRedisConnection<String, byte[]> connect() {
        return connect(client);
    }

    /**
     * A new connection that stays lost when it is lost, for who has to know.
     *
     * @throws LogException.Unavailable when Redis cannot be reached
     */
    StatefulRedisConnection<String, byte[]> connectOnce() {
        return connect(onceClient);
    }

    private static StatefulRedisConnection<String, byte[]> connect(RedisClient client) {
        try {
            return client.connect(CODEC);
        } catch (RedisConnectionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new LogException.Unavailable("Cannot connect to Redis: " + cause.getMessage(), e);
        }
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        onceClient.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        resources.shutdown(0, 2, TimeUnit.SECONDS);
    }
}
