package dev.heliograph.loadtest.guarantee;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.client.producer.AckLevel;
import dev.heliograph.client.store.PositionStore;
import dev.heliograph.server.redis.LocalSingle;
import dev.heliograph.server.redis.TopologyOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
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
        SeqStore store = new SeqStore();
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
            eventually("a is saved", Stage.RECOVERY, () -> store.seqs().contains(1L));
            assertThat("b is not", store.seqs().stream().allMatch(seq -> seq <= 1), is(true));

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

    /** Remembers which seqs were saved. A position is epoch.seq.id.fingerprint. */
    private static final class SeqStore implements PositionStore {
        private final PositionStore positions = PositionStore.inMemory();
        private final List<Long> seqs = new CopyOnWriteArrayList<>();

        List<Long> seqs() {
            return seqs;
        }

        @Override
        public Optional<String> load(String channel) throws IOException {
            return positions.load(channel);
        }

        @Override
        public void save(String channel, String position) throws IOException {
            positions.save(channel, position);
            seqs.add(Long.parseLong(position.split("\\.")[1]));
        }

        @Override
        public void remove(String channel) throws IOException {
            positions.remove(channel);
        }
    }
}
