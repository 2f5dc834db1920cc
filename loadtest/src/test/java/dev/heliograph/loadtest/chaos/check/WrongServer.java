package dev.heliograph.loadtest.chaos.check;

import static dev.heliograph.server.testkit.Eventually.eventually;

import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.client.producer.RetryPolicy;
import dev.heliograph.loadtest.chaos.history.DeviceSpec;
import dev.heliograph.loadtest.chaos.history.Installation;
import dev.heliograph.server.Main;
import dev.heliograph.server.auth.TokenIssuer;
import dev.heliograph.server.testkit.TestRedis;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server in a process of its own, on a Redis of its own, some of whose Lua scripts were changed.
 * The changed ones lie on the boot class path, where they are found ahead of the right ones.
 */
final class WrongServer implements AutoCloseable {

    private static final String SCRIPTS = "dev/heliograph/server/log/";
    private static final Pattern UP = Pattern.compile("http port (\\d+), grpc port (\\d+)");
    private static final Duration TOKEN_LIFE = Duration.ofHours(1);

    private final TestRedis redis = TestRedis.start();
    private final TokenIssuer issuer;
    private final Process process;
    private final List<String> output = new CopyOnWriteArrayList<>();
    private final ProducerClient producer;

    /**
     * A change of a script: the text to find, which must be there, and what to put in its place.
     */
    record Change(String script, String find, String replace) {
        /** None. */
        static final Change NONE = new Change("read", "", "");

        private String applied() throws IOException {
            try (InputStream in =
                    Main.class.getClassLoader().getResourceAsStream(SCRIPTS + script + ".lua")) {
                String right = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                if (!right.contains(find)) {
                    throw new AssertionError(script + ".lua does not hold: " + find);
                }
                return right.replace(find, replace);
            }
        }
    }

    WrongServer(Path directory, Change... changes) throws IOException {
        Path jwks = directory.resolve("jwks.json");
        TokenIssuer.createKey(jwks);
        issuer = TokenIssuer.create(jwks, "heliograph", "heliograph");
        Path scripts = Files.createDirectories(directory.resolve("wrong").resolve(SCRIPTS));
        for (Change change : changes) {
            Files.writeString(scripts.resolve(change.script() + ".lua"), change.applied());
        }
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-Xbootclasspath/a:" + directory.resolve("wrong"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName());
        builder.environment()
                .putAll(
                        Map.of(
                                "HELIOGRAPH_BIND_ADDRESS", "127.0.0.1",
                                "HELIOGRAPH_HTTP_PORT", "0",
                                "HELIOGRAPH_GRPC_PORT", "0",
                                "HELIOGRAPH_ADMIN_PORT", "0",
                                // A device that does not hear of a cut finds it soon.
                                "HELIOGRAPH_GATEWAY_HEARTBEAT_INTERVAL", "3s",
                                "HELIOGRAPH_GATEWAY_HEARTBEAT_TIMEOUT", "3s",
                                "HELIOGRAPH_REDIS_URI", redis.config().uri().toString(),
                                "HELIOGRAPH_AUTH_JWKS", jwks.toString()));
        process = builder.redirectErrorStream(true).start();
        Thread.ofVirtual().start(this::read);
        try {
            eventually("the server is up", () -> up().isPresent() || !process.isAlive());
            producer =
                    ProducerClient.builder(
                                    "127.0.0.1:" + up().orElseThrow().group(2),
                                    TokenProvider.fixed(issuer.producer("backend", TOKEN_LIFE)))
                            .plaintext()
                            .retry(RetryPolicy.NONE)
                            .build();
        } catch (RuntimeException | Error e) {
            process.destroyForcibly();
            redis.close();
            throw new IllegalStateException("It has not come up: " + output, e);
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().forEach(output::add);
        } catch (IOException | UncheckedIOException e) {
            output.add(String.valueOf(e.getMessage()));
        }
    }

    private Optional<Matcher> up() {
        return output.stream().map(UP::matcher).filter(Matcher::find).findFirst();
    }

    /** How often something stands in its output. */
    long said(String text) {
        return output.stream().filter(line -> line.contains(text)).count();
    }

    TestRedis redis() {
        return redis;
    }

    ProducerClient producer() {
        return producer;
    }

    int devicePort() {
        return Integer.parseInt(up().orElseThrow().group(1));
    }

    DeviceSpec device(String user, String device) {
        return DeviceSpec.of(
                user,
                device,
                Installation.url(devicePort()),
                issuer.device(user, List.of("*"), Optional.empty(), TOKEN_LIFE));
    }

    @Override
    public void close() {
        producer.close();
        process.destroyForcibly();
        redis.close();
    }
}
