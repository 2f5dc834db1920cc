package dev.heliograph.server;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heliograph.server.notify.FakeLog;
import dev.heliograph.server.observe.GatewayMetrics;
import dev.heliograph.server.observe.NotifyMetrics;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminEndpointsTest {

    @TempDir Path directory;

    @Test
    void tellsHealthByKind() throws Exception {
        try (TestServer server = new TestServer(directory, new FakeLog())) {
            assertThat(get(server, "/observe/health").statusCode(), is(200));
            HttpResponse<String> live = get(server, "/observe/health/live");
            assertThat(live.statusCode(), is(200));
            assertThat(live.body(), containsString("http-listener"));
            HttpResponse<String> ready = get(server, "/observe/health/ready");
            assertThat(ready.statusCode(), is(200));
            assertThat(ready.body(), containsString("not-draining"));
        }
    }

    @Test
    void aConditionThatDoesNotHoldMakesTheServerUnreadyNotDead() throws Exception {
        try (TestServer server = new TestServer(directory, new FakeLog())) {
            server.server().health().readyWhen("redis", () -> false);
            HttpResponse<String> ready = get(server, "/observe/health/ready");
            assertThat(ready.statusCode(), is(503));
            assertThat(ready.body(), containsString("redis"));
            assertThat(get(server, "/observe/health/live").statusCode(), is(200));
        }
    }

    @Test
    void showsMetricsInPrometheusFormat() throws Exception {
        try (TestServer server = new TestServer(directory, new FakeLog())) {
            GatewayMetrics gateway = new GatewayMetrics();
            gateway.connectionOpened();
            gateway.connectionEnded("replaced", 1234);
            gateway.connectionRefused("overloaded");
            gateway.frameIn("hello");
            gateway.frameOut("deliver");
            gateway.sent(3);
            gateway.acked(30);
            gateway.resumed("ok");
            gateway.repaired("chain");
            gateway.newGeneration("eof");
            gateway.watchConnections(() -> 1);
            gateway.watchConnections(() -> 42);
            gateway.watchOutboxBytes(() -> 43);
            gateway.watchMailboxLag(() -> 0.5);
            NotifyMetrics notify = new NotifyMetrics();
            notify.stored(7);
            notify.duplicate();
            notify.failed("UNAVAILABLE");
            String metrics = get(server, "/observe/metrics").body();
            for (String expected :
                    new String[] {
                        "heliograph_connections_opened_total",
                        "heliograph_connections_ended_total{reason=\"replaced\"",
                        "heliograph_connections_refused_total{reason=\"overloaded\"",
                        "heliograph_connection_duration_seconds_count",
                        "heliograph_notify_to_sent_seconds_bucket",
                        "le=\"0.001\"",
                        "heliograph_stored_to_acked_seconds_bucket",
                        "heliograph_notify_to_stored_seconds_bucket",
                        "heliograph_resumes_total{outcome=\"ok\"",
                        "heliograph_repairs_total",
                        "heliograph_mailbox_generations_total{reason=\"eof\"",
                        "heliograph_notify_duplicates_total",
                        "heliograph_notify_failures_total{code=\"UNAVAILABLE\""
                    }) {
                assertThat(metrics, containsString(expected));
            }
            assertThat(value(metrics, "heliograph_connections{"), is("42.0"));
            assertThat(value(metrics, "heliograph_outbox_bytes"), is("43.0"));
            assertThat(value(metrics, "heliograph_mailbox_lag_seconds"), is("0.5"));
        }
    }

    @Test
    void withoutTheNotifyRoleThereIsNoGrpcPort() throws Exception {
        try (TestServer server = new TestServer(directory, new FakeLog(), "roles", "gateway")) {
            assertThat(server.server().grpcPort(), is(-1));
            assertThat(get(server, "/observe/health/live").statusCode(), is(200));
        }
    }

    @Test
    void aBusyPortIsNamedWithItsKey() throws Exception {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (String key : new String[] {"http-port", "grpc-port", "admin-port"}) {
                Path own = java.nio.file.Files.createDirectory(directory.resolve(key));
                String port = Integer.toString(busy.getLocalPort());
                IllegalStateException e =
                        assertThrows(
                                IllegalStateException.class,
                                () -> new TestServer(own, new FakeLog(), key, port));
                assertThat(e.getMessage(), containsString("heliograph." + key));
                assertThat(e.getMessage(), containsString(port));
            }
        }
    }

    @Test
    void stopClosesAllPortsAndMayBeCalledTwice() throws IOException {
        TestServer server = new TestServer(directory, new FakeLog());
        int[] ports = {
            server.server().httpPort(), server.server().grpcPort(), server.server().adminPort()
        };
        server.close();
        server.close();
        for (int port : ports) {
            assertThrows(
                    ConnectException.class,
                    () -> new Socket(InetAddress.getLoopbackAddress(), port).close());
        }
    }

    private static String value(String metrics, String prefix) {
        return metrics.lines()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .findFirst()
                .orElse("absent");
    }

    private static HttpResponse<String> get(TestServer server, String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(
                                    URI.create(
                                            "http://127.0.0.1:"
                                                    + server.server().adminPort()
                                                    + path))
                            .header("Accept", path.endsWith("metrics") ? "text/plain" : "*/*")
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }
}
