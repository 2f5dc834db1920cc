package dev.heliograph.server;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.testkit.TestDevice;
import dev.heliograph.server.testkit.TestKey;
import dev.heliograph.server.testkit.TestProducer;
import dev.heliograph.server.testkit.TestRedis;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The key set changes under a running server (T-1). */
class KeyRotationTest {

    @Test
    void takesTheNewKeyAndRefusesTheOldAtEveryDoor(@TempDir Path directory) throws Exception {
        TestKey old = TestKey.es256("2025");
        TestKey fresh = TestKey.es256("2026");
        Path jwks = directory.resolve("jwks.json");
        Files.writeString(jwks, TestKey.jwks(old));
        String claims = WholeServer.claims("alice", "heliograph", "heliograph", 600);
        try (TestRedis redis = TestRedis.start()) {
            HeliographServer server =
                    HeliographServer.create(
                                    TestServer.config(
                                            jwks, TestServer.on(redis, "auth.jwks-refresh", "1s")))
                            .start();
            try (TestProducer producer = new TestProducer(server.grpcPort());
                    HttpClient http = HttpClient.newHttpClient();
                    TestDevice before =
                            TestDevice.connect(server.httpPort(), old.token(claims), "before")) {
                assertThat(doors(server, producer, http, old.token(claims)), is("101 200 OK"));

                Path next = directory.resolve("next.json");
                Files.writeString(next, TestKey.jwks(fresh));
                Files.move(next, jwks, StandardCopyOption.ATOMIC_MOVE);
                eventually(
                        "the old key is refused everywhere",
                        () ->
                                doors(server, producer, http, old.token(claims))
                                        .equals("401 401 UNAUTHENTICATED"));
                assertThat(doors(server, producer, http, fresh.token(claims)), is("101 200 OK"));
                assertThat(before.closeCode(), is(0));
            } finally {
                server.stop();
            }
        }
    }

    /** What the WebSocket, the verdict and the Notify API say to a token. */
    private static String doors(
            HeliographServer server, TestProducer producer, HttpClient http, String token) {
        return webSocket(server, token)
                + " "
                + verdict(server, http, token)
                + " "
                + grpc(producer, token);
    }

    private static int webSocket(HeliographServer server, String token) {
        try (TestDevice device = TestDevice.connect(server.httpPort(), token, "probe")) {
            return device.closeCode() == 0 ? 101 : device.closeCode();
        } catch (CompletionException e) {
            return ((WebSocketHandshakeException) e.getCause()).getResponse().statusCode();
        }
    }

    private static int verdict(HeliographServer server, HttpClient http, String token) {
        URI uri = URI.create("http://127.0.0.1:" + server.httpPort() + "/v1/connect");
        try {
            return http.send(
                            HttpRequest.newBuilder(uri)
                                    .header("Authorization", "Bearer " + token)
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Status.Code grpc(TestProducer producer, String token) {
        try {
            producer.notify(token, "alice");
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        }
    }
}
