package dev.heliograph.loadtest.guarantee;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.client.producer.Notification;
import dev.heliograph.client.producer.NotifyResult;
import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.client.producer.Target;
import dev.heliograph.server.redis.LocalSingle;
import dev.heliograph.server.redis.TopologyOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Order: one total order per channel, the same on all devices. */
@Timeout(300)
class OrderTest {

    private static final int COUNT = 1_000;

    @TempDir private Path directory;

    @Test
    void devicesOnTwoGatewaysSeeConcurrentNotificationsInTheOrderOfTheirNumbers() throws Exception {
        try (LocalSingle redis = LocalSingle.start(TopologyOptions.DEFAULTS);
                Stage one = new Stage(redis, directory, Map.of());
                Stage two = new Stage(redis, directory, Map.of())) {
            Device phone = one.device("alice", Device.Options.named("phone"));
            Device desk = two.device("alice", Device.Options.named("desk"));
            List<ProducerClient> backends = List.of(one.backend(), two.backend());
            List<CompletableFuture<NotifyResult>> calls = new ArrayList<>();
            for (int i = 0; i < COUNT; i++) {
                calls.add(
                        backends.get(i % 2)
                                .notifyAsync(
                                        Notification.of(Target.user("alice"), "test")
                                                .text("n" + i)
                                                .build()));
            }
            calls.forEach(CompletableFuture::join);
            eventually("phone", Stage.RECOVERY, () -> phone.texts().size() == COUNT);
            eventually("desk", Stage.RECOVERY, () -> desk.texts().size() == COUNT);
            assertThat(phone.seqs(), is(LongStream.rangeClosed(1, COUNT).boxed().toList()));
            assertThat(desk.texts(), is(phone.texts()));
            assertThat(desk.seqs(), is(phone.seqs()));
        }
    }
}
