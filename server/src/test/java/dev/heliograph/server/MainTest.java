package dev.heliograph.server;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.server.auth.TokenIssuer;
import dev.heliograph.server.testkit.ServerProcess;
import dev.heliograph.server.testkit.TestDevice;
import dev.heliograph.server.testkit.TestRedis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Start and end of the process. */
class MainTest {

    private static TestRedis redis;
    private static TokenIssuer issuer;
    private static Path key;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        redis = TestRedis.start();
        key = directory.resolve("key.json");
        TokenIssuer.createKey(key);
        issuer = TokenIssuer.create(key, "heliograph", "heliograph");
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    private static Map<String, String> settings(String... more) {
        Map<String, String> all = new HashMap<>();
        all.put("redis.uri", redis.config().uri().toString());
        all.put("auth.jwks", key.toString());
        all.put("gateway.drain-delay", "0s");
        all.put("gateway.drain-time", "100ms");
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    @Test
    void onSigtermDevicesAreAskedToLeaveAndNoMailboxStays_G4() throws IOException {
        String token = issuer.device("alice", List.of(), Optional.empty(), Duration.ofHours(1));
        try (ServerProcess server = ServerProcess.start(settings());
                TestDevice device = TestDevice.connect(server.httpPort(), token, "phone")) {
            assertThat(redis.commands().keys("hg:*:m:*").isEmpty(), is(false));
            server.terminate();
            ServerFrame goAway = device.await("GoAway", ServerFrame::hasGoAway);
            assertThat(goAway.getGoAway().getCode(), is(CloseCode.CLOSE_CODE_SERVICE_RESTART));
            eventually("the device is let go", () -> device.closeCode() == 1012);
            assertThat(server.exitCode(), is(0));
            assertThat(redis.commands().keys("hg:*:m:*"), is(List.of()));
        }
    }

    @Test
    void aBusyPortEndsTheStartWithItsNumberAndKey() throws IOException {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerProcess server =
                        ServerProcess.launch(
                                settings("grpc-port", Integer.toString(busy.getLocalPort())))) {
            assertThat(server.exitCode(), is(1));
            eventually(
                    "it is said",
                    () ->
                            server.output().stream()
                                    .anyMatch(
                                            line ->
                                                    line.contains("heliograph.grpc-port")
                                                            && line.contains(
                                                                    ":" + busy.getLocalPort())));
        }
    }

    @Test
    void aRedisThatDoesNotComeEndsTheStartWithItsAddressAndWithoutItsPassword() throws IOException {
        int nobody;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = free.getLocalPort();
        }
        try (ServerProcess server =
                ServerProcess.launch(
                        settings("redis.uri", "redis://:hunter2@127.0.0.1:" + nobody))) {
            assertThat(server.exitCode(), is(1));
            String told = "Redis at 127.0.0.1:" + nobody + " (heliograph.redis.uri) cannot be used";
            eventually(told, () -> server.output().stream().anyMatch(line -> line.contains(told)));
            assertThat(String.join("\n", server.output()), not(containsString("hunter2")));
        }
    }
}
