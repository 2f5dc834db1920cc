package dev.heliograph.server;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.heliograph.server.auth.TokenIssuer;
import dev.heliograph.server.testkit.ServerProcess;
import dev.heliograph.server.testkit.TestDevice;
import dev.heliograph.server.testkit.TestProducer;
import dev.heliograph.server.testkit.TestRedis;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a scraper sees of a real server in a process of its own, and what that prints meanwhile. */
class MetricsTest {

    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void aScrapeShowsWhatHappenedAndNothingWarns(@TempDir Path directory) throws Exception {
        Path key = directory.resolve("key.json");
        TokenIssuer.createKey(key);
        TokenIssuer issuer = TokenIssuer.create(key, "heliograph", "heliograph");
        try (TestRedis redis = TestRedis.start();
                ServerProcess server =
                        ServerProcess.start(
                                Map.of(
                                        "redis.uri", redis.config().uri().toString(),
                                        "auth.jwks", key.toString()));
                HttpClient http = HttpClient.newHttpClient()) {
            scrape(http, server);
            try (TestDevice device =
                            TestDevice.connect(
                                    server.httpPort(),
                                    issuer.device("alice", List.of(), Optional.empty(), HOUR),
                                    "phone");
                    TestProducer producer = new TestProducer(server.grpcPort())) {
                device.subscribe("user/alice");
                producer.notify(issuer.producer("shop", HOUR), "alice");
                eventually("delivered", () -> device.ids().size() == 1);
                // Counted after it is queued, so that the device may be earlier.
                eventually(
                        "the sending is counted",
                        () ->
                                value(
                                                scrape(http, server),
                                                "heliograph_notify_to_sent_seconds_count")
                                        .equals("1.0"));
                String metrics = scrape(http, server);
                assertThat(value(metrics, "heliograph_connections_opened_total"), is("1.0"));
                assertThat(value(metrics, "heliograph_connections{"), is("1.0"));
                assertThat(value(metrics, "heliograph_notify_to_stored_seconds_count"), is("1.0"));
                assertThat(metrics, containsString("heliograph_notify_to_sent_seconds_bucket"));
                assertThat(metrics, not(containsString("quantile=")));
            }
            eventually(
                    "the end is counted",
                    () -> value(scrape(http, server), "heliograph_connections{").equals("0.0"));
            List<String> warnings =
                    server.output().stream()
                            .filter(
                                    line ->
                                            line.contains("\"WARNING\"")
                                                    || line.contains("\"SEVERE\"")
                                                    || line.contains("SLF4J"))
                            .toList();
            assertThat(warnings, is(List.of()));
        }
    }

    private static String scrape(HttpClient http, ServerProcess server) {
        URI uri = URI.create("http://127.0.0.1:" + server.adminPort() + "/observe/metrics");
        try {
            return http.send(
                            HttpRequest.newBuilder(uri).header("Accept", "text/plain").build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String value(String metrics, String prefix) {
        return metrics.lines()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .findFirst()
                .orElse("absent");
    }
}
