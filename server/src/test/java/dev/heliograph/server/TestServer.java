package dev.heliograph.server;

import dev.heliograph.server.auth.TokenIssuer;
import dev.heliograph.server.config.ServerConfig;
import dev.heliograph.server.log.LogAppender;
import dev.heliograph.server.testkit.TestRedis;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A server on free loopback ports with a key of its own. */
public final class TestServer implements AutoCloseable {

    private final HeliographServer server;
    private final TokenIssuer issuer;

    /** Starts it on this log; {@code overrides} are keys below {@code heliograph} with values. */
    public TestServer(Path directory, LogAppender log, String... overrides) throws IOException {
        Path key = directory.resolve("key.json");
        TokenIssuer.createKey(key);
        this.issuer = TokenIssuer.create(key, "heliograph", "heliograph");
        this.server = HeliographServer.create(config(key, overrides), log).start();
    }

    /** Starts the whole of it, with a gateway, on this Redis. */
    public TestServer(Path directory, TestRedis redis, String... overrides) throws IOException {
        Path key = directory.resolve("key.json");
        TokenIssuer.createKey(key);
        this.issuer = TokenIssuer.create(key, "heliograph", "heliograph");
        this.server = HeliographServer.create(config(key, on(redis, overrides))).start();
    }

    /** These settings with those that lead to a Redis. */
    public static String[] on(TestRedis redis, String... overrides) {
        List<String> all =
                new ArrayList<>(List.of("gateway.drain-time", "1ms", "gateway.drain-delay", "0s"));
        all.add("redis.uri");
        all.add(redis.config().uri().toString());
        all.addAll(List.of(overrides));
        return all.toArray(String[]::new);
    }

    /** Configuration with free loopback ports. */
    public static ServerConfig config(Path jwks, String... overrides) {
        Map<String, String> values = new HashMap<>();
        values.put("heliograph.bind-address", "127.0.0.1");
        values.put("heliograph.http-port", "0");
        values.put("heliograph.grpc-port", "0");
        values.put("heliograph.admin-port", "0");
        values.put("heliograph.auth.jwks", jwks.toString());
        for (int i = 0; i < overrides.length; i += 2) {
            values.put("heliograph." + overrides[i], overrides[i + 1]);
        }
        return ServerConfig.create(
                Config.builder()
                        .disableEnvironmentVariablesSource()
                        .disableSystemPropertiesSource()
                        .addSource(ConfigSources.create(values).build())
                        .addSource(ConfigSources.classpath("application.yaml"))
                        .build());
    }

    /** The server. */
    public HeliographServer server() {
        return server;
    }

    /** Mints tokens that it trusts. */
    public TokenIssuer issuer() {
        return issuer;
    }

    @Override
    public void close() {
        server.stop();
    }
}
