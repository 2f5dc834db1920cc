package dev.heliograph.server.websocket;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import dev.heliograph.server.auth.TokenIssuer;
import dev.heliograph.server.config.OpenFiles;
import dev.heliograph.server.testkit.ServerProcess;
import dev.heliograph.server.testkit.TestDevice;
import dev.heliograph.server.testkit.TestProducer;
import dev.heliograph.server.testkit.TestRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More connections than a process has files for, which would end its listener for good. */
class ConnectFloodTest {

    private static final int OPEN_FILES = 512;
    private static final int TOO_MANY = 5_000;
    private static final Duration HOUR = Duration.ofHours(1);

    private TokenIssuer issuer;
    private ServerProcess server;

    @Test
    void atItsLimitAGatewayKeepsServingAndAcceptsAgainAsSoonAsThereIsRoom(@TempDir Path directory)
            throws Exception {
        Path key = directory.resolve("key.json");
        TokenIssuer.createKey(key);
        issuer = TokenIssuer.create(key, "heliograph", "heliograph");
        int most = new OpenFiles(OPEN_FILES).maxConnections(OptionalInt.of(TOO_MANY), true, false);
        List<RawClient> connected = new ArrayList<>();
        List<RawClient> silent = new ArrayList<>();
        try (TestRedis redis = TestRedis.start();
                ServerProcess started =
                        ServerProcess.launch(
                                OPEN_FILES,
                                Map.of(
                                        "redis.uri", redis.config().uri().toString(),
                                        "auth.jwks", key.toString(),
                                        "gateway.max-connections", Integer.toString(TOO_MANY),
                                        // Those that only hold a place never say Hello.
                                        "gateway.hello-timeout", "10m"))) {
            server = started.awaitUp();
            assertThat(
                    server.output().toString(),
                    containsString("is lowered from " + TOO_MANY + " to " + most));
            try (TestDevice bystander =
                            TestDevice.connect(server.httpPort(), token("bystander"), "phone");
                    TestProducer producer = new TestProducer(server.grpcPort())) {
                bystander.subscribe("user/bystander");
                while (connected.size() < most - 1) {
                    connected.add(client("u" + connected.size(), 101));
                }
                for (int i = 0; i < OPEN_FILES; i++) {
                    silent.add(new RawClient(server.httpPort()));
                    if (i % 8 == 0) {
                        client("late", 503).close();
                    }
                }
                assertThat(server.openFiles(), is(lessThan(OPEN_FILES)));
                served(bystander, producer);

                connected.removeLast().reset();
                eventually(
                        "there is room",
                        () -> {
                            try (RawClient late = new RawClient(server.httpPort())) {
                                return upgrade(late, "late").status() == 101;
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        });
                for (RawClient each : connected) {
                    each.close();
                }
                eventually(
                        "a device after the flood",
                        Duration.ofSeconds(20),
                        () -> {
                            TestDevice.connect(server.httpPort(), token("next"), "phone").close();
                            return true;
                        });
                served(bystander, producer);
                assertThat(bystander.closeCode(), is(0));
            }
            assertThat(
                    server.output().stream()
                            .filter(line -> line.contains("Too many open files"))
                            .toList(),
                    is(List.of()));
        } finally {
            for (RawClient each : silent) {
                each.close();
            }
        }
    }

    private void served(TestDevice bystander, TestProducer producer) {
        String id = producer.notify(issuer.producer("shop", HOUR), "bystander");
        eventually("the bystander gets " + id, () -> bystander.ids().contains(id));
    }

    private RawClient client(String user, int status) throws IOException {
        RawClient client = new RawClient(server.httpPort());
        RawClient.Answer answer = upgrade(client, user);
        assertThat(answer.toString(), answer.status(), is(status));
        return client;
    }

    private RawClient.Answer upgrade(RawClient client, String user) throws IOException {
        return client.upgrade(
                "Authorization: Bearer " + token(user),
                "Sec-WebSocket-Protocol: heliograph.v1.json");
    }

    private String token(String user) {
        return issuer.device(user, List.of(), Optional.empty(), HOUR);
    }
}
