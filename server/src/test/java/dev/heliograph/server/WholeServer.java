package dev.heliograph.server;

import static dev.heliograph.server.testkit.Eventually.eventually;

import dev.heliograph.server.testkit.TestCertificate;
import dev.heliograph.server.testkit.TestDevice;
import dev.heliograph.server.testkit.TestKey;
import dev.heliograph.server.testkit.TestProducer;
import dev.heliograph.server.testkit.TestRedis;
import dev.heliograph.server.testkit.TestStream;
import dev.heliograph.server.websocket.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/** A whole server on a real Redis, with a bystander who must not suffer from what a test does. */
public final class WholeServer implements AutoCloseable {

    private static final String BYSTANDER = "bystander";

    private final TestRedis redis = TestRedis.start();
    private final TestKey rsa = TestKey.rs256("rsa", 2048);
    private final HeliographServer server;
    private final TestProducer producer;
    private final TestDevice bystander;
    private final Optional<SSLContext> tls;

    /** Starts it; {@code overrides} are keys below {@code heliograph} with values. */
    public WholeServer(Path directory, String... overrides) throws IOException {
        this(directory, Optional.empty(), overrides);
    }

    /** One whose devices come by TLS. */
    public static WholeServer overTls(Path directory, String... overrides) throws IOException {
        TestCertificate.named("one").write(directory, "http");
        List<String> settings = TestCertificate.settings(directory, "http");
        settings.addAll(List.of(overrides));
        return new WholeServer(
                directory,
                Optional.of(TestCertificate.trusting()),
                settings.toArray(String[]::new));
    }

    private WholeServer(Path directory, Optional<SSLContext> tls, String... overrides)
            throws IOException {
        this.tls = tls;
        Path jwks = directory.resolve("jwks.json");
        Files.writeString(jwks, TestKey.jwks(rsa, TestKey.hs256("hmac")));
        server =
                HeliographServer.create(TestServer.config(jwks, TestServer.on(redis, overrides)))
                        .start();
        producer = new TestProducer(server.grpcPort());
        bystander = device(BYSTANDER, "phone");
        bystander.subscribe("user/" + BYSTANDER);
    }

    /** A welcomed device. */
    public TestDevice device(String user, String device) {
        return tls.isPresent()
                ? TestDevice.connect(tls.get(), server.httpPort(), token(user), device)
                : TestDevice.connect(server.httpPort(), token(user), device);
    }

    /** An event stream that is being read. */
    public TestStream stream(String user, String query, String... headers) throws IOException {
        return TestStream.open(server.httpPort(), tls, token(user), query, headers);
    }

    /** One that nobody reads, with a receive buffer of so many bytes. */
    public TestStream silentStream(String user, String query, int receiveBuffer)
            throws IOException {
        return new TestStream(
                server.httpPort(),
                tls,
                query,
                receiveBuffer,
                "Authorization: Bearer " + token(user));
    }

    /** A connection on which nothing has been said. */
    public RawClient client() throws IOException {
        return client(0);
    }

    /** The same with a receive buffer of so many bytes. */
    public RawClient client(int receiveBuffer) throws IOException {
        return tls.isPresent()
                ? new RawClient(server.httpPort(), receiveBuffer, tls.get())
                : new RawClient(server.httpPort(), receiveBuffer);
    }

    /** The Redis behind it. */
    public TestRedis redis() {
        return redis;
    }

    /** The server. */
    public HeliographServer server() {
        return server;
    }

    /** The key that it trusts; another, an HS256 one, is in the key set too. */
    public TestKey rsa() {
        return rsa;
    }

    /** A backend. */
    public TestProducer producer() {
        return producer;
    }

    /** A token for everything, save topics other than {@code news}. */
    public String token(String user) {
        return rsa.token(claims(user, "heliograph", "heliograph", 600));
    }

    /** What a token says. */
    public static String claims(String user, String issuer, String audience, long secondsLeft) {
        return "{\"sub\":\"%s\",\"iss\":\"%s\",\"aud\":\"%s\",\"exp\":%d,\"scope\":\"connect notify\",\"topics\":[\"news\"]}"
                .formatted(user, issuer, audience, Instant.now().getEpochSecond() + secondsLeft);
    }

    /** Sends a notification through gRPC now and waits until the bystander has it. */
    public void bystanderStillReceives() {
        String id = producer.notify(token("backend"), BYSTANDER);
        eventually("the bystander gets " + id, () -> bystander.ids().contains(id));
    }

    @Override
    public void close() {
        bystander.close();
        producer.close();
        server.stop();
        redis.close();
    }
}
