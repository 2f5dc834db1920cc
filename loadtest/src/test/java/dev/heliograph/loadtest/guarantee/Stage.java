package dev.heliograph.loadtest.guarantee;

import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.producer.AckLevel;
import dev.heliograph.client.producer.Notification;
import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.client.producer.RetryPolicy;
import dev.heliograph.client.producer.Target;
import dev.heliograph.loadtest.ServerProcess;
import dev.heliograph.server.auth.TokenIssuer;
import dev.heliograph.server.redis.LocalPorts;
import dev.heliograph.server.redis.RedisTopology;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A server process at a fixed address, on a Redis of the test's own, with backends and devices. */
final class Stage implements AutoCloseable {

    /** A failover, and what comes after it on a busy machine. */
    static final Duration RECOVERY = Duration.ofSeconds(90);

    private static final String ISSUER = "heliograph";
    private static final Duration TOKEN_TTL = Duration.ofHours(1);

    /** Rides out a failover. */
    private static final RetryPolicy PATIENT =
            new RetryPolicy(100, Duration.ofMillis(200), Duration.ofSeconds(1));

    private final Map<String, String> settings;
    private final TokenIssuer tokens;
    private final int httpPort = LocalPorts.next();
    private final int grpcPort = LocalPorts.next();
    private final int adminPort = LocalPorts.next();
    private final List<AutoCloseable> clients = new ArrayList<>();
    private ServerProcess server;

    /**
     * Starts the server.
     *
     * @param directory for the key, which all stages there share
     * @param more settings below {@code heliograph}
     */
    Stage(RedisTopology redis, Path directory, Map<String, String> more)
            throws IOException, InterruptedException {
        Path key = directory.resolve("jwks.json");
        if (!Files.exists(key)) {
            TokenIssuer.createKey(key);
        }
        tokens = TokenIssuer.create(key, ISSUER, ISSUER);
        settings = new HashMap<>(more);
        settings.put("redis.uri", redis.uri().toString());
        settings.put("auth.jwks", key.toString());
        settings.put("http-port", Integer.toString(httpPort));
        settings.put("grpc-port", Integer.toString(grpcPort));
        settings.put("admin-port", Integer.toString(adminPort));
        startServer();
    }

    /** Starts it again, at the same address. */
    void startServer() throws IOException, InterruptedException {
        server =
                ServerProcess.start(settings, List.of("-XX:TieredStopAtLevel=1"), Optional.empty());
    }

    /** Sends SIGKILL. */
    void killServer() {
        server.process().kill();
        server.close();
    }

    int httpPort() {
        return httpPort;
    }

    /** Bytes that wait for devices, as the server's metrics say. */
    long outboxBytes() throws IOException, InterruptedException {
        URI metrics = URI.create("http://127.0.0.1:" + adminPort + "/observe/metrics");
        try (HttpClient http = HttpClient.newHttpClient()) {
            String text =
                    http.send(
                                    HttpRequest.newBuilder(metrics)
                                            .header("Accept", "text/plain")
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .body();
            return text.lines()
                    .filter(line -> line.startsWith("heliograph_outbox_bytes"))
                    .mapToLong(line -> (long) Double.parseDouble(line.replaceAll(".* ", "")))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** A backend that repeats calls under their keys until they succeed. */
    ProducerClient backend() {
        ProducerClient backend =
                ProducerClient.builder(
                                "127.0.0.1:" + grpcPort,
                                TokenProvider.fixed(tokens.producer("backend", TOKEN_TTL)))
                        .plaintext()
                        .retry(PATIENT)
                        .build();
        clients.add(backend);
        return backend;
    }

    /** Sends texts to a user one after the other. */
    static void send(ProducerClient backend, String user, AckLevel level, String... texts) {
        for (String text : texts) {
            backend.notify(
                    Notification.of(Target.user(user), "test").text(text).ackLevel(level).build());
        }
    }

    String token(String user) {
        return tokens.device(user, List.of(), Optional.empty(), TOKEN_TTL);
    }

    String url() {
        return url(httpPort);
    }

    static String url(int port) {
        return "ws://127.0.0.1:" + port + "/v1/connect";
    }

    /** A device of a user, connected and subscribed to its inbox. */
    Device device(String user, Device.Options options) throws Exception {
        Device device = new Device(url(), token(user), options);
        clients.add(device);
        return device;
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable client : clients) {
            client.close();
        }
        server.close();
    }
}
