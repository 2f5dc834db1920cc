package dev.heliograph.server;

import static dev.heliograph.server.testkit.Eventually.eventually;

import dev.heliograph.server.testkit.TestDevice;
import dev.heliograph.server.testkit.TestKey;
import dev.heliograph.server.testkit.TestProducer;
import dev.heliograph.server.testkit.TestRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** A whole server on a real Redis, with a bystander who must not suffer from what a test does. */
public final class WholeServer implements AutoCloseable {

    private static final String BYSTANDER = "bystander";

    private final TestRedis redis = TestRedis.start();
    private final TestKey rsa = TestKey.rs256("rsa", 2048);
    private final HeliographServer server;
    private final TestProducer producer;
    private final TestDevice bystander;

    /** Starts it; {@code overrides} are keys below {@code heliograph} with values. */
    public WholeServer(Path directory, String... overrides) throws IOException {
        Path jwks = directory.resolve("jwks.json");
        Files.writeString(jwks, TestKey.jwks(rsa, TestKey.hs256("hmac")));
        server =
                HeliographServer.create(TestServer.config(jwks, TestServer.on(redis, overrides)))
                        .start();
        producer = new TestProducer(server.grpcPort());
        bystander = TestDevice.connect(server.httpPort(), token(BYSTANDER), "phone");
        bystander.subscribe("user/" + BYSTANDER);
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
