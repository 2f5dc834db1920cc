package dev.heliograph.client;

import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.device.DeviceClient;
import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.client.producer.RetryPolicy;
import dev.heliograph.server.HeliographServer;
import dev.heliograph.server.auth.TokenIssuer;
import dev.heliograph.server.config.ServerConfig;
import dev.heliograph.server.testkit.TestRedis;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A real server on a real Redis. */
final class Installation implements AutoCloseable {

    private static final Duration TTL = Duration.ofMinutes(10);

    private final TestRedis redis = TestRedis.start();
    private final Map<String, String> more;
    private final Path key;
    private final TokenIssuer issuer;
    private HeliographServer server;

    Installation(Path directory) throws IOException {
        this(directory, Map.of());
    }

    /** With more settings, whole keys with values, for each server. */
    Installation(Path directory, Map<String, String> more) throws IOException {
        this.more = more;
        key = directory.resolve("jwks.json");
        TokenIssuer.createKey(key);
        issuer = TokenIssuer.create(key, "heliograph", "heliograph");
        server = start("gw-1");
    }

    TestRedis redis() {
        return redis;
    }

    /** Another server on the same Redis. */
    HeliographServer start(String node) {
        Map<String, String> settings =
                Map.ofEntries(
                        Map.entry("heliograph.node", node),
                        Map.entry("heliograph.bind-address", "127.0.0.1"),
                        Map.entry("heliograph.http-port", "0"),
                        Map.entry("heliograph.grpc-port", "0"),
                        Map.entry("heliograph.admin-port", "0"),
                        Map.entry("heliograph.gateway.heartbeat-interval", "500ms"),
                        Map.entry("heliograph.gateway.drain-delay", "0s"),
                        Map.entry("heliograph.gateway.drain-time", "1s"),
                        Map.entry("heliograph.redis.uri", redis.config().uri().toString()),
                        Map.entry("heliograph.auth.jwks", key.toString()));
        Config config =
                Config.builder()
                        .disableEnvironmentVariablesSource()
                        .disableSystemPropertiesSource()
                        .sources(
                                ConfigSources.create(more),
                                ConfigSources.create(settings),
                                ConfigSources.classpath("application.yaml"))
                        .build();
        return HeliographServer.create(ServerConfig.create(config)).start();
    }

    HeliographServer server() {
        return server;
    }

    String token(String user, Duration ttl, String... topics) {
        return issuer.device(user, List.of(topics), Optional.empty(), ttl);
    }

    String deviceUrl() {
        return "ws://127.0.0.1:" + server.httpPort() + "/v1/connect";
    }

    /** A device that connects through the given port. */
    DeviceClient.Builder device(String user, int port, String... topics) {
        return DeviceClient.builder(
                        "ws://127.0.0.1:" + port + "/v1/connect",
                        TokenProvider.fixed(token(user, TTL, topics)))
                .deviceId("phone-1");
    }

    DeviceClient.Builder device(String user, String... topics) {
        return device(user, server.httpPort(), topics);
    }

    ProducerClient producer() {
        return producer(InsecureChannelCredentials.create());
    }

    ProducerClient producer(ChannelCredentials credentials) {
        return ProducerClient.builder(
                        "127.0.0.1:" + server.grpcPort(),
                        TokenProvider.fixed(issuer.producer("test", TTL)))
                .credentials(credentials)
                .retry(new RetryPolicy(20, Duration.ofMillis(50), Duration.ofMillis(500)))
                .build();
    }

    @Override
    public void close() {
        server.stop();
        redis.close();
    }
}
