package dev.heliograph.loadtest.guarantee;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import dev.heliograph.client.device.ChannelReset;
import dev.heliograph.client.producer.AckLevel;
import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.loadtest.chaos.topology.Clients;
import dev.heliograph.loadtest.chaos.topology.FaultProxy;
import dev.heliograph.loadtest.chaos.topology.Impairment;
import dev.heliograph.server.redis.LocalSentinel;
import dev.heliograph.server.redis.LocalSingle;
import dev.heliograph.server.redis.RedisServer;
import dev.heliograph.server.redis.TopologyOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * No silent gap: within retention each notification is delivered, or skipped with its true reason,
 * or the device gets an explicit reset.
 */
@Timeout(300)
class NoSilentGapTest {

    /** More than a log keeps in the test, with what Redis keeps because it trims whole nodes. */
    private static final int MANY = 400;

    @TempDir private Path directory;

    @Test
    void whatTheLogKeepsNoLongerIsToldWithItsNumbers() throws Exception {
        try (LocalSingle redis = LocalSingle.start(TopologyOptions.DEFAULTS);
                Stage stage = new Stage(redis, directory, Map.of("log.max-length", "50"));
                FaultProxy proxy = FaultProxy.to(stage.httpPort());
                Device phone =
                        new Device(
                                Stage.url(proxy.port()),
                                stage.token("alice"),
                                Device.Options.named("phone"))) {
            ProducerClient backend = stage.backend();
            Stage.send(backend, "alice", AckLevel.ACCEPTED, "first");
            eventually("first", Stage.RECOVERY, () -> phone.texts().size() == 1);
            FaultProxy.Rule away = proxy.impair(new Impairment.Refusal(), Clients.ALL);
            proxy.reset(Clients.ALL);
            Stage.send(
                    backend,
                    "alice",
                    AckLevel.ACCEPTED,
                    IntStream.range(0, MANY).mapToObj(Integer::toString).toArray(String[]::new));
            away.heal();

            String last = Integer.toString(MANY - 1);
            eventually("the last", Stage.RECOVERY, () -> phone.texts().contains(last));
            assertThat(phone.resets(), hasSize(1));
            ChannelReset reset = phone.resets().getFirst();
            assertThat(reset.reason(), is(ChannelReset.Reason.TRIMMED));
            // The gateway may still have had some that the log had trimmed.
            assertThat(reset.lastSeq().getAsLong(), is(greaterThanOrEqualTo(1L)));
            assertThat(
                    "lost and delivered are all there were",
                    reset.lost().getAsLong() + phone.texts().size(),
                    is(MANY + 1L));
        }
    }

    @Test
    void aTailThatAFailoverLostIsToldAndWhatTookItsNumbersIsDelivered() throws Exception {
        Map<String, FaultProxy> fronts = new HashMap<>();
        try (LocalSentinel redis =
                        LocalSentinel.start(
                                TopologyOptions.DEFAULTS
                                        .withReplicas(1)
                                        .withFailAfter(Duration.ofSeconds(5))
                                        .withFront((name, port) -> front(fronts, name, port)));
                Stage stage = new Stage(redis, directory, Map.of("redis.replicas", "1"))) {
            ProducerClient backend = stage.backend();
            Device phone = stage.device("alice", Device.Options.named("phone"));
            Stage.send(backend, "alice", AckLevel.REPLICATED, "kept");
            eventually("kept", Stage.RECOVERY, () -> phone.texts().size() == 1);
            RedisServer primary = redis.primary();
            long replica = redis.replicas().getFirst().pid();
            // It hears nothing while the primary takes what nobody else will ever have.
            fronts.get(primary.name())
                    .impair(
                            new Impairment.Blackhole(true, true),
                            Clients.of(() -> List.of(replica)));
            Stage.send(backend, "alice", AckLevel.ACCEPTED, "lost 1", "lost 2");
            eventually("seen", Stage.RECOVERY, () -> phone.texts().size() == 3);
            primary.kill();
            Stage.send(backend, "alice", AckLevel.ACCEPTED, "new 1", "new 2", "new 3");

            eventually("the new ones", Stage.RECOVERY, () -> phone.texts().contains("new 3"));
            assertThat(
                    phone.texts(),
                    is(List.of("kept", "lost 1", "lost 2", "new 1", "new 2", "new 3")));
            assertThat(phone.resets(), hasSize(1));
            ChannelReset reset = phone.resets().getFirst();
            assertThat(reset.reason(), is(ChannelReset.Reason.FORK));
            assertThat(reset.lastSeq().getAsLong(), is(3L));
        } finally {
            fronts.values().forEach(FaultProxy::close);
        }
    }

    private static int front(Map<String, FaultProxy> fronts, String name, int port)
            throws IOException {
        if (name.startsWith("sentinel")) {
            return port;
        }
        FaultProxy proxy = FaultProxy.to(port);
        fronts.put(name, proxy);
        return proxy.port();
    }
}
