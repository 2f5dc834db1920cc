package dev.heliograph.server.log;

import dev.heliograph.server.config.ServerConfig.RedisConfig;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Knows where the log's Redis servers are and makes connections to them, all with the same options.
 * No connection reconnects by itself: whoever owns it has to know, since what was in flight has an
 * unknown outcome, and another server may be the right one by then.
 */
final class RedisClients implements AutoCloseable {

    static final RedisCodec<String, byte[]> CODEC =
            RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

    /**
     * Commands that a connection holds while they are on their way: more than a pipe's queue and
     * batches.
     */
    private static final int REQUEST_SIZE = 50_000;

    private final ClientResources resources = DefaultClientResources.create();
    private final RedisClient client = RedisClient.create(resources);
    private final RedisConfig config;
    private final RedisURI access;
    private final Topology topology;

    /**
     * Finds out who serves the log.
     *
     * @throws LogException.Unavailable when nobody can be asked
     */
    RedisClients(RedisConfig config) {
        this.config = config;
        client.setOptions(
                ClientOptions.builder()
                        .autoReconnect(false)
                        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                        .requestQueueSize(REQUEST_SIZE)
                        .timeoutOptions(TimeoutOptions.enabled(config.commandTimeout()))
                        .socketOptions(
                                SocketOptions.builder()
                                        .connectTimeout(config.commandTimeout())
                                        .keepAlive(true)
                                        .tcpNoDelay(true)
                                        .build())
                        .build());
        RedisUris uris = RedisUris.of(config.uri(), config.commandTimeout());
        this.access = uris.first();
        try {
            this.topology =
                    switch (uris.mode()) {
                        case SINGLE ->
                                new SingleTopology(
                                        new Endpoint(access.getHost(), access.getPort()));
                        case SENTINEL -> new SentinelTopology(client, access);
                        case CLUSTER ->
                                new ClusterTopology(resources, uris.all(), config.commandTimeout());
                    };
        } catch (RuntimeException e) {
            shutdown();
            throw e;
        }
    }

    Topology topology() {
        return topology;
    }

    /** After which a command without an answer fails, blocking ones included. */
    Duration commandTimeout() {
        return config.commandTimeout();
    }

    /**
     * A new connection to a server that answers and takes writes.
     *
     * @throws LogException.Unavailable when it cannot be reached, is loading, or is a replica
     */
    StatefulRedisConnection<String, byte[]> connect(Endpoint endpoint) {
        StatefulRedisConnection<String, byte[]> connection = null;
        try {
            connection = client.connect(CODEC, uri(endpoint));
            connection.sync().ping();
            if (!"master".equals(RedisLog.text(connection.sync().role().getFirst()))) {
                throw new LogException.Unavailable("It is a replica at the moment", null);
            }
            return connection;
        } catch (RedisException | LogException e) {
            if (connection != null) {
                connection.closeAsync();
            }
            topology.refresh();
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new LogException.Unavailable(
                    "Redis at " + endpoint + " cannot be used: " + cause.getMessage(), e);
        }
    }

    private RedisURI uri(Endpoint endpoint) {
        RedisURI uri = RedisURI.create(endpoint.host(), endpoint.port());
        uri.setCredentialsProvider(access.getCredentialsProvider());
        uri.setDatabase(access.getDatabase());
        uri.setSsl(access.isSsl());
        uri.setVerifyPeer(access.getVerifyMode());
        uri.setTimeout(config.commandTimeout());
        return uri;
    }

    private void shutdown() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        resources.shutdown(0, 2, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        topology.close();
        shutdown();
    }
}
