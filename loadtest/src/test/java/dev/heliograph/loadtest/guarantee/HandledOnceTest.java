package dev.heliograph.loadtest.guarantee;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.client.producer.AckLevel;
import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.client.store.FilePositionStore;
import dev.heliograph.loadtest.chaos.topology.Clients;
import dev.heliograph.loadtest.chaos.topology.FaultProxy;
import dev.heliograph.server.redis.LocalSingle;
import dev.heliograph.server.redis.TopologyOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Handled once: while the SDK instance lives or its store kept the write. */
@Timeout(300)
class HandledOnceTest {

    private static final int ROUNDS = 20;
    private static final int EACH = 10;

    @TempDir private Path directory;

    @Test
    void aConnectionThatIsCutAgainAndAgainBringsEachOnce() throws Exception {
        try (LocalSingle redis = LocalSingle.start(TopologyOptions.DEFAULTS);
                Stage stage = new Stage(redis, directory, Map.of());
                FaultProxy proxy = FaultProxy.to(stage.httpPort());
                Device phone =
                        new Device(
                                Stage.url(proxy.port()),
                                stage.token("alice"),
                                Device.Options.named("phone"))) {
            ProducerClient backend = stage.backend();
            List<String> sent = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < EACH; i++) {
                    String text = round + "." + i;
                    Stage.send(backend, "alice", AckLevel.ACCEPTED, text);
                    sent.add(text);
                    if (i == EACH / 2) {
                        proxy.reset(Clients.ALL);
                    }
                }
            }
            eventually("the last", Stage.RECOVERY, () -> phone.texts().size() >= sent.size());
            assertThat(phone.texts(), is(sent));
            assertThat(phone.resets(), is(List.of()));
        }
    }

    @Test
    void aRestartedAppThatStoredItsPositionsGetsOnlyWhatIsNew() throws Exception {
        Path file = directory.resolve("positions");
        try (LocalSingle redis = LocalSingle.start(TopologyOptions.DEFAULTS);
                Stage stage = new Stage(redis, directory, Map.of())) {
            ProducerClient backend = stage.backend();
            Device first =
                    stage.device(
                            "alice",
                            Device.Options.named("phone").with(FilePositionStore.open(file)));
            Stage.send(backend, "alice", AckLevel.ACCEPTED, "a", "b");
            eventually("a and b", Stage.RECOVERY, () -> first.texts().size() == 2);
            first.close();
            Stage.send(backend, "alice", AckLevel.ACCEPTED, "c");
            Device second =
                    stage.device(
                            "alice",
                            Device.Options.named("phone").with(FilePositionStore.open(file)));
            Stage.send(backend, "alice", AckLevel.ACCEPTED, "d");
            eventually("d", Stage.RECOVERY, () -> second.texts().contains("d"));
            assertThat(second.texts(), is(List.of("c", "d")));
        }
    }
}
