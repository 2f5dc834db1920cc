package dev.heliograph.server;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.proto.device.v1.Outcome;
import dev.heliograph.server.auth.TokenIssuer;
import dev.heliograph.server.testkit.ServerProcess;
import dev.heliograph.server.testkit.TestDevice;
import dev.heliograph.server.testkit.TestProducer;
import dev.heliograph.server.testkit.TestRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One notify process and two gateway processes on one Redis. */
class GatewayProcessesTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private static TestRedis redis;
    private static TokenIssuer issuer;
    private static Map<String, String> settings;
    private static ServerProcess notify;
    private static ServerProcess first;
    private static TestProducer producer;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        redis = TestRedis.start();
        Path key = directory.resolve("key.json");
        TokenIssuer.createKey(key);
        issuer = TokenIssuer.create(key, "heliograph", "heliograph");
        settings =
                Map.of(
                        "redis.uri", redis.config().uri().toString(),
                        "auth.jwks", key.toString());
        notify = ServerProcess.start(with("roles", "notify"));
        first = ServerProcess.start(with("roles", "gateway"));
        producer = new TestProducer(notify.grpcPort());
    }

    @AfterAll
    static void stop() {
        producer.close();
        first.close();
        notify.close();
        redis.close();
    }

    private static Map<String, String> with(String key, String value) {
        Map<String, String> all = new HashMap<>(settings);
        all.put(key, value);
        return all;
    }

    private static TestDevice device(ServerProcess gateway, String user, String device) {
        String token = issuer.device(user, List.of(), Optional.empty(), HOUR);
        return TestDevice.connect(gateway.httpPort(), token, device);
    }

    private static void send(String user, int count, List<String> sent) {
        String token = issuer.producer("shop", HOUR);
        for (int i = 0; i < count; i++) {
            sent.add(producer.notify(token, user));
        }
    }

    @Test
    void aKilledGatewaysDeviceGoesOnAtTheOtherWithNothingLostOrDoubled_G5() throws IOException {
        List<String> sent = new ArrayList<>();
        try (ServerProcess second = ServerProcess.start(with("roles", "gateway"));
                TestDevice phone = device(first, "alice", "phone");
                TestDevice laptop = device(second, "alice", "laptop")) {
            phone.subscribe("user/alice");
            laptop.subscribe("user/alice");
            send("alice", 20, sent);
            eventually("both have 20", () -> phone.ids().equals(sent) && laptop.ids().equals(sent));

            second.kill();
            eventually("the laptop is cut off", () -> laptop.closeCode() != 0);
            send("alice", 20, sent);
            List<String> both = new ArrayList<>(laptop.ids());
            try (TestDevice again = device(first, "alice", "laptop")) {
                assertThat(
                        again.resume("user/alice", laptop.position()).getOutcome(),
                        is(Outcome.OUTCOME_OK));
                send("alice", 20, sent);
                eventually("40 more", () -> again.ids().size() >= 40);
                eventually("the phone has 60", () -> phone.ids().equals(sent));
                both.addAll(again.ids());
                assertThat(both, is(sent));
            }
        }
    }

    @Test
    void aDeviceThatComesToAnotherGatewayIsReplacedAtTheFirst_C11() throws IOException {
        try (ServerProcess second = ServerProcess.start(with("roles", "gateway"));
                TestDevice older = device(first, "bob", "phone");
                TestDevice other = device(first, "bob", "laptop");
                TestDevice newer = device(second, "bob", "phone")) {
            eventually("the older is replaced", () -> older.closeCode() == 4509);
            newer.subscribe("user/bob");
            other.subscribe("user/bob");
            List<String> sent = new ArrayList<>();
            send("bob", 3, sent);
            eventually("the newer has all", () -> newer.ids().equals(sent));
            eventually("the other device too", () -> other.ids().equals(sent));
            assertThat(newer.closeCode() + other.closeCode(), is(0));
        }
    }
}
