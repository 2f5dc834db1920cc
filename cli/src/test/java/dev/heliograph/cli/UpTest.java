package dev.heliograph.cli;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.device.DeviceClient;
import dev.heliograph.client.device.SubscribeOptions;
import dev.heliograph.client.store.FilePositionStore;
import dev.heliograph.client.store.PositionStore;
import dev.heliograph.server.redis.LocalRedis;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UpTest {

    /** What the launcher promises: its Redis is gone this soon after its death. */
    private static final int REDIS_GONE_SECONDS = 5;

    private static final String BANNER =
            """
            Redis    .*
            Devices  ws://localhost:\\d+/v1/connect
            Notify   localhost:\\d+ \\(gRPC\\)
            Admin    http://localhost:\\d+/observe/health, http://localhost:\\d+/observe/metrics
            Console  http://localhost:\\d+/

            A device token of alice, good for 12 hours:
            [\\w.-]+

            Send something, in another terminal:
            \\./heliograph notify --user alice .*

            Ctrl-C stops it\\.
            """;

    @TempDir Path home;

    @Test
    void whatItPrintsWorksAndReachesADevice() throws Exception {
        try (RunningUp up = RunningUp.start(home)) {
            assertThat(up.out().replaceAll(BANNER, "the banner"), is("the banner"));
            assertThat("nothing besides the banner", up.err(), is(""));
            assertThat(
                    get("http://localhost:" + up.httpPort() + "/v1/connect", up.token()).body(),
                    containsString("\"code\":\"ok\""));
            assertThat(
                    get(up.said("^Console  (.*)$"), up.token()).body(),
                    containsString("<title>Console"));
            assertThat(get(up.said("^Admin    (.*), "), up.token()).statusCode() / 100, is(2));

            List<String> received = new CopyOnWriteArrayList<>();
            try (DeviceClient device =
                    device(up.httpPort(), up.token(), PositionStore.inMemory())) {
                device.subscribe(
                        DeviceClient.INBOX,
                        SubscribeOptions.earliest(),
                        delivery -> received.add(delivery.type() + " " + delivery.text()));
                device.connect();
                RunningUp.shell(home, up.said("^(\\./heliograph notify .*)$"));
                eventually("it arrives", () -> !received.isEmpty());
            }
            assertThat(received, is(List.of("greeting {\"text\":\"hi\"}")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void aSignalEndsItCleanly(String signal) throws Exception {
        try (RunningUp up = RunningUp.start(home)) {
            ProcessHandle redis = up.redis();
            assertThat(Files.exists(home.resolve("run.json")), is(true));

            up.signal(signal);

            assertThat(up.err(), up.exitCode(), is(Main.OK));
            assertThat(up.out(), containsString("Stopped."));
            assertThat(redis.isAlive(), is(false));
            assertThat(up.left(), is(empty()));
        }
    }

    @Test
    void noRedisIsLeftWithin5SecondsOfASigkill() throws Exception {
        try (RunningUp up = RunningUp.start(home)) {
            ProcessHandle redis = up.redis();
            assertThat(redis.isAlive(), is(true));

            up.signal("KILL");

            redis.onExit().get(REDIS_GONE_SECONDS, TimeUnit.SECONDS);
            eventually("its directory is removed", () -> up.left().equals(List.of("run.json")));
            assertThat(StateDirectory.at(home).running(), is(Optional.empty()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--port", "--grpc-port", "--admin-port"})
    void aBusyPortIsNamedWithItsOptionAndNothingIsLeft(String option) throws Exception {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                RunningUp up =
                        RunningUp.start(home, option, Integer.toString(busy.getLocalPort()))) {
            assertThat(up.exitCode(), is(Main.FAILED));
            assertThat(
                    up.err(),
                    allOf(
                            containsString("Port " + busy.getLocalPort() + " is in use"),
                            containsString("by " + option + " ")));
            assertThat(up.left(), is(empty()));
        }
    }

    @Test
    void stateInADataDirectorySurvivesARestart() throws Exception {
        String[] options = {"--no-console", "--data-dir", home.resolve("data").toString()};
        Path positions = home.resolve("positions");
        List<String> received = new CopyOnWriteArrayList<>();
        List<String> resets = new CopyOnWriteArrayList<>();
        SubscribeOptions subscription =
                SubscribeOptions.earliest().onReset(reset -> resets.add(reset.toString()));
        String token;
        try (RunningUp up = RunningUp.start(home, options)) {
            token = up.token();
            send("first");
            try (DeviceClient device =
                    device(up.httpPort(), token, FilePositionStore.open(positions))) {
                device.subscribe(
                        DeviceClient.INBOX,
                        subscription,
                        delivery -> received.add(delivery.text()));
                device.connect();
                eventually("the first arrives", () -> received.size() == 1);
            }
            send("second");
            up.signal("TERM");
            assertThat(up.exitCode(), is(Main.OK));
        }
        try (RunningUp up = RunningUp.start(home, options);
                DeviceClient device =
                        device(up.httpPort(), token, FilePositionStore.open(positions))) {
            device.subscribe(
                    DeviceClient.INBOX, subscription, delivery -> received.add(delivery.text()));
            device.connect();
            send("third");
            eventually("all arrive", () -> received.size() >= 3);
        }
        assertThat(received, is(List.of("first", "second", "third")));
        assertThat("the position was good", resets, is(empty()));
    }

    @Test
    void withoutConsoleNoneIsServed() throws Exception {
        try (RunningUp up = RunningUp.start(home, "--no-console")) {
            assertThat(up.out(), not(containsString("Console")));
            assertThat(
                    get("http://localhost:" + up.httpPort() + "/", up.token()).statusCode(),
                    is(404));
        }
    }

    @Test
    void aRedisOfOnesOwnIsUsedAndLeftRunning() throws Exception {
        try (LocalRedis redis = LocalRedis.start(Optional.empty())) {
            try (RunningUp up =
                    RunningUp.start(home, "--no-console", "--redis-uri", redis.uri().toString())) {
                assertThat(up.said("^Redis    (.*)$"), is("127.0.0.1:" + redis.uri().getPort()));
                assertThat(up.startedARedis(), is(false));
                up.signal("TERM");
                assertThat(up.exitCode(), is(Main.OK));
            }
            assertThat(ProcessHandle.of(redis.pid()).isPresent(), is(true));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--port, 70000, --port",
        "--grpc-port, many, --grpc-port",
        "--redis-uri, nonsense, --redis-uri",
        "--redis-uri, http://localhost:6379, --redis-uri",
        "--speed, 9, --speed"
    })
    void wrongOptionsAreNamed(String option, String value, String named) throws Exception {
        try (RunningUp up = RunningUp.start(home, option, value)) {
            assertThat(up.exitCode(), is(Main.USAGE));
            assertThat(up.err(), containsString(named));
            assertThat(up.left(), is(empty()));
        }
    }

    private void send(String text) throws Exception {
        RunningUp.shell(
                home,
                "./heliograph notify --user alice --type test --content-type text/plain --data "
                        + text);
    }

    private static DeviceClient device(int port, String token, PositionStore store) {
        return DeviceClient.builder(
                        "ws://localhost:" + port + "/v1/connect", TokenProvider.fixed(token))
                .deviceId("desk-1")
                .store(store)
                .build();
    }

    private static HttpResponse<String> get(String url, String token) throws Exception {
        // Else the client offers an upgrade to HTTP/2, and the verdict is for requests without one
        // (C-6).
        try (HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(url))
                            .header("Authorization", "Bearer " + token)
                            .build();
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }
}
