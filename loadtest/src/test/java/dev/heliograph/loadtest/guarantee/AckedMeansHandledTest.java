package dev.heliograph.loadtest.guarantee;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.client.producer.AckLevel;
import dev.heliograph.client.store.PositionStore;
import dev.heliograph.server.redis.LocalSingle;
import dev.heliograph.server.redis.TopologyOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Acked means handled: the position moves after the handler finished. */
@Timeout(300)
class AckedMeansHandledTest {

    @TempDir private Path directory;

    @Test
    void whatAHandlerHadBegunAndNotFinishedComesAgainToTheNextRunOfTheApp() throws Exception {
        PositionStore store = PositionStore.inMemory();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        try (LocalSingle redis = LocalSingle.start(TopologyOptions.DEFAULTS);
                Stage stage = new Stage(redis, directory, Map.of())) {
            Device stuck =
                    stage.device(
                            "alice",
                            Device.Options.named("phone")
                                    .with(store)
                                    .handling(
                                            delivery -> {
                                                if (delivery.text().equals("b")) {
                                                    begun.countDown();
                                                    awaitForEver(never);
                                                }
                                            }));
            Stage.send(stage.backend(), "alice", AckLevel.ACCEPTED, "a", "b", "c");
            begun.await();
            eventually("a", Stage.RECOVERY, () -> stuck.texts().equals(List.of("a")));

            // The newer session takes the device over, as after a crash of the app.
            Device next = stage.device("alice", Device.Options.named("phone").with(store));
            eventually("the rest", Stage.RECOVERY, () -> next.texts().size() == 2);
            assertThat(next.texts(), is(List.of("b", "c")));
            never.countDown();
        }
    }

    private static void awaitForEver(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
