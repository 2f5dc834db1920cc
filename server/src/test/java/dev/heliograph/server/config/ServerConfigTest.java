package dev.heliograph.server.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heliograph.server.TestServer;
import dev.heliograph.server.config.ServerConfig.MovesConfig;
import dev.heliograph.server.config.ServerConfig.Role;
import io.helidon.config.Config;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerConfigTest {

    private static final Path JWKS = Path.of("jwks.json");

    @Test
    void hasTheDocumentedDefaults() {
        ServerConfig config = TestServer.config(JWKS);
        assertThat(config.roles(), is(Set.of(Role.NOTIFY, Role.GATEWAY)));
        assertThat(config.node().matches("[a-z0-9-]{1,63}"), is(true));
        assertThat(config.node(), not(TestServer.config(JWKS).node()));
        assertThat(config.redis().uri(), is(URI.create("redis://127.0.0.1:6379")));
        assertThat(config.log().retention(), is(Duration.ofDays(7)));
        assertThat(config.log().idempotencyWindow(), is(Duration.ofMinutes(10)));
        assertThat(config.gateway().heartbeatInterval(), is(Duration.ofSeconds(25)));
        assertThat(
                config.gateway().maxConnections(),
                is(OpenFiles.ofProcess().maxConnections(OptionalInt.empty(), true, false)));
        assertThat(config.gateway().limits().framesPerSecond(), is(2_000));
        assertThat(config.gateway().limits().perUser(), is(50));
        assertThat(
                config.gateway().moves(),
                is(
                        new MovesConfig(
                                Duration.ofSeconds(10),
                                Duration.ofMinutes(1),
                                Optional.empty(),
                                true)));
        assertThat(config.auth().issuer(), is("heliograph"));
    }

    @Test
    void anAgeOfConnectionsIsATimeOrNone() {
        assertThat(
                TestServer.config(JWKS, "gateway.max-connection-age", "4h")
                        .gateway()
                        .moves()
                        .maxAge(),
                is(Optional.of(Duration.ofHours(4))));
    }

    @ParameterizedTest
    @CsvSource({
        "roles, operator",
        "roles, ''",
        "node, Big_Node",
        "http-port, 65536",
        "grpc-port, many",
        "admin-port, -1",
        "redis.uri, http://x",
        "redis.uri, nonsense",
        "redis.uri, redis-sentinel://a:1",
        "redis.uri, redis-sentinel://a#main",
        "redis.uri, 'redis-cluster://a:1,b'",
        "redis.uri, redis-cluster://a:1/0",
        "redis.replicas, -1",
        "redis.command-timeout, 2 seconds",
        "log.max-length, 0",
        "log.retention, -1s",
        "log.idempotency-window, 25h",
        "gateway.max-connections, 1e9",
        "gateway.max-connections, many",
        "gateway.max-connections-per-ip, -1",
        "gateway.max-connections-per-user, -1",
        "gateway.max-frames-per-second, 0",
        "gateway.handshake-timeout, 0s",
        "gateway.trusted-proxies, proxy.example.com",
        "gateway.trusted-proxies, 10.0.0.0/33",
        "gateway.trusted-proxies, '10.0.0.1,'",
        "gateway.proxy-protocol, yes",
        "gateway.allowed-origins, app.example.com",
        "gateway.allowed-origins, https://*",
        "gateway.allowed-origins, https://a.example.com/",
        "gateway.heartbeat-interval, 0s",
        "gateway.drain-delay, soon",
        "gateway.drain-time, -1s",
        "gateway.max-connection-age, 0s",
        "gateway.max-connection-age, never",
        "gateway.rebalance, maybe",
        "auth.jwks-refresh, 1ms",
        "auth.jwks, ''"
    })
    void aBadValueIsNamedWithItsKey(String key, String value) {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class, () -> TestServer.config(JWKS, key, value));
        assertThat(e.getMessage(), containsString("heliograph." + key));
        assertThat(e.getMessage(), containsString(value));
    }

    @Test
    void aPasswordIsNeverPartOfAnError() {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> TestServer.config(JWKS, "redis.uri", "http://:secret@h:1"));
        assertThat(e.getMessage(), not(containsString("secret")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "redis://a:1 a:1",
                "rediss://user:secret@a:1/2 a:1",
                "redis-sentinel://:secret@a:1,b:2#main a:1,b:2",
                "rediss-sentinel://a:1/3#main a:1",
                "redis-cluster://:secret@a:1,b:2 a:1,b:2",
                "rediss-cluster://a:1 a:1"
            })
    void everyTopologyHasAUri(String uri, String servers) {
        ServerConfig config = TestServer.config(JWKS, "redis.uri", uri);
        assertThat(config.redis().servers(), is(servers));
    }

    @Test
    void theEnvironmentOverridesTheFile() throws Exception {
        String own =
                printed(
                        Map.of(
                                "HELIOGRAPH_REDIS_URI", "redis://one:1",
                                "REDIS_URI", "redis://two:2",
                                "HELIOGRAPH_HTTP_PORT", "1234",
                                "HELIOGRAPH_ROLES", "gateway",
                                "HELIOGRAPH_GATEWAY_DRAIN_TIME", "7s",
                                "HELIOGRAPH_AUTH_JWKS", "keys.json",
                                "HELIOGRAPH_TLS_GRPC_CERTIFICATE", "tls.crt",
                                "HELIOGRAPH_TLS_GRPC_PRIVATE_KEY", "tls.key",
                                "HELIOGRAPH_TLS_GRPC_CLIENT_CA", "ca.crt"));
        assertThat(
                own, is("redis://one:1 1234 [GATEWAY] PT7S keys.json [tls.crt, tls.key, ca.crt]"));
        String plain = printed(Map.of("REDIS_URI", "redis://two:2", "HELIOGRAPH_AUTH_JWKS", "k"));
        assertThat(plain, is("redis://two:2 8080 [GATEWAY, NOTIFY] PT1M k []"));
    }

    /** What a process with this environment reads. */
    private static String printed(Map<String, String> environment)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Printer.class.getName()));
        builder.environment().keySet().removeIf(name -> name.contains("REDIS_URI"));
        builder.environment().putAll(environment);
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(), is(0));
        return output.strip();
    }

    /** Prints what it reads. */
    static final class Printer {
        private Printer() {}

        public static void main(String[] args) {
            ServerConfig config = ServerConfig.create(Config.create());
            System.out.println(
                    config.redis().uri()
                            + " "
                            + config.httpPort()
                            + " "
                            + config.roles().stream().map(Role::name).sorted().toList()
                            + " "
                            + config.gateway().moves().drainTime()
                            + " "
                            + config.auth().jwks()
                            + " "
                            + config.tls().grpc().stream()
                                    .flatMap(
                                            files ->
                                                    Stream.of(
                                                            files.certificate(),
                                                            files.privateKey(),
                                                            files.clientCa().orElseThrow()))
                                    .toList());
        }
    }
}
