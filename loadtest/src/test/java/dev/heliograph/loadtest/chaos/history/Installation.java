package dev.heliograph.loadtest.chaos.history;

import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.client.producer.RetryPolicy;
import dev.heliograph.server.HeliographServer;
import dev.heliograph.server.auth.TokenIssuer;
import dev.heliograph.server.config.ServerConfig;
import dev.heliograph.server.testkit.TestRedis;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A real server on a real Redis, and tokens for it. */
public final class Installation implements AutoCloseable {

    private static final Duration TOKEN_LIFE = Duration.ofHours(1);

    private final TestRedis redis = TestRedis.start();
    private final Path jwks;
    private final TokenIssuer issuer;
    private final Map<String, String> overrides = new HashMap<>();
    private HeliographServer server;
    private ProducerClient producer;

    /** Starts it; {@code overrides} are keys below {@code heliograph} with values. */
    public Installation(Path directory, String... overrides) throws IOException {
        for (int i = 0; i < overrides.length; i += 2) {
            this.overrides.put("heliograph." + overrides[i], overrides[i + 1]);
        }
        jwks = directory.resolve("jwks.json");
        TokenIssuer.createKey(jwks);
        issuer = TokenIssuer.create(jwks, "heliograph", "heliograph");
        start();
    }

    private void start() {
        server = startServer("gw-1");
        producer =
                ProducerClient.builder(
                                "127.0.0.1:" + server.grpcPort(),
                                TokenProvider.fixed(issuer.producer("backend", TOKEN_LIFE)))
                        .plaintext()
                        .retry(RetryPolicy.NONE)
                        .build();
    }

    /** Another server on the same Redis, the caller's to stop. */
    public HeliographServer startServer(String node) {
        Map<String, String> settings = new HashMap<>();
        settings.put("heliograph.node", node);
        // A device that does not hear of a cut finds it soon.
        settings.put("heliograph.gateway.heartbeat-interval", "3s");
        settings.put("heliograph.gateway.heartbeat-timeout", "3s");
        settings.put("heliograph.bind-address", "127.0.0.1");
        settings.put("heliograph.http-port", "0");
        settings.put("heliograph.grpc-port", "0");
        settings.put("heliograph.admin-port", "0");
        settings.put("heliograph.gateway.drain-delay", "0s");
        settings.put("heliograph.gateway.drain-time", "1ms");
        settings.put("heliograph.redis.uri", redis.config().uri().toString());
        settings.put("heliograph.auth.jwks", jwks.toString());
        settings.putAll(overrides);
        return HeliographServer.create(
                        ServerConfig.create(
                                Config.builder()
                                        .disableEnvironmentVariablesSource()
                                        .disableSystemPropertiesSource()
                                        .sources(
                                                ConfigSources.create(settings),
                                                ConfigSources.classpath("application.yaml"))
                                        .build()))
                .start();
    }

    /** The Redis below it. */
    public TestRedis redis() {
        return redis;
    }

    /** Stops the server and starts another; devices have to be told its port. */
    public void restart() {
        producer.close();
        server.stop();
        start();
    }

    /** Port of devices. */
    public int devicePort() {
        return server.httpPort();
    }

    /** Port of backends. */
    public int notifyPort() {
        return server.grpcPort();
    }

    /** A backend that calls once. */
    public ProducerClient producer() {
        return producer;
    }

    /** A device without a durable store that subscribes to its inbox, straight to the server. */
    public DeviceSpec device(String user, String device) {
        return DeviceSpec.of(user, device, url(devicePort()), token(user));
    }

    /** Where devices connect. */
    public static String url(int port) {
        return "ws://127.0.0.1:" + port + "/v1/connect";
    }

    /** A device's token for its inbox and all topics. */
    public String token(String user) {
        return issuer.device(user, List.of("*"), Optional.empty(), TOKEN_LIFE);
    }

    @Override
    public void close() {
        producer.close();
        server.stop();
        redis.close();
    }
}
