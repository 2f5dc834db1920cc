package dev.heliograph.server;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.notify.FakeLog;
import dev.heliograph.server.testkit.TestDevice;
import dev.heliograph.server.testkit.TestRedis;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Draining a node by a call on its admin port. */
class DrainEndpointTest {

    private static final String READY = "/observe/health/ready";

    @TempDir Path directory;

    @Test
    void onlyALocalCallBeginsADrainWhichIsToldAndCalledOffAndEndsWithTheLastDevice()
            throws Exception {
        try (TestRedis redis = TestRedis.start();
                TestServer server = new TestServer(directory, redis, "gateway.drain-delay", "1h")) {
            String token =
                    server.issuer()
                            .device("alice", List.of(), Optional.empty(), Duration.ofHours(1));
            try (TestDevice device =
                    TestDevice.connect(server.server().httpPort(), token, "phone")) {
                for (String headers :
                        List.of(
                                "Host: evil.example",
                                "Host: localhost\r\nOrigin: http://evil.example",
                                "Host: localhost\r\nOrigin: null")) {
                    assertThat("a page of somebody else", post(server, headers), is(403));
                }
                assertThat(call(server, "GET", READY).statusCode(), is(200));

                HttpResponse<String> begun = call(server, "POST", "/drain");
                assertThat(begun.statusCode(), is(202));
                assertThat(
                        begun.body(),
                        is("{\"phase\":\"unready\",\"asked\":0,\"to_ask\":0,\"connections\":1}"));
                assertThat(call(server, "GET", READY).statusCode(), is(503));
                assertThat(call(server, "GET", "/observe/health/live").statusCode(), is(200));

                HttpResponse<String> off = call(server, "DELETE", "/drain");
                assertThat(off.statusCode(), is(200));
                assertThat(off.body(), containsString("\"serving\""));
                assertThat(call(server, "GET", READY).statusCode(), is(200));
                call(server, "POST", "/drain");
                assertThat(call(server, "GET", "/drain").body(), containsString("\"unready\""));
            }
            // Without devices there is nobody for whom to wait.
            eventually(
                    "drained", () -> call(server, "GET", "/drain").body().contains("\"drained\""));
        }
    }

    @Test
    void withoutAGatewayThereIsNothingToDrain() throws Exception {
        try (TestServer server = new TestServer(directory, new FakeLog())) {
            assertThat(call(server, "POST", "/drain").statusCode(), is(404));
        }
    }

    private static HttpResponse<String> call(TestServer server, String method, String path) {
        URI uri = URI.create("http://127.0.0.1:" + server.server().adminPort() + path);
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(uri)
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** By hand, since HTTP clients set Host as they see fit. Returns the status. */
    private static int post(TestServer server, String headers) throws IOException {
        int port = server.server().adminPort();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream()
                    .write(
                            "POST /drain HTTP/1.1\r\n%s\r\nContent-Length: 0\r\n\r\n"
                                    .formatted(headers)
                                    .getBytes(StandardCharsets.US_ASCII));
            socket.setSoTimeout(10_000);
            BufferedReader answer =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.US_ASCII));
            return Integer.parseInt(answer.readLine().split(" ")[1]);
        }
    }
}
