package dev.heliograph.loadtest.guarantee;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import com.google.protobuf.ByteString;
import dev.heliograph.client.producer.Notification;
import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.client.producer.Target;
import dev.heliograph.loadtest.chaos.topology.Clients;
import dev.heliograph.loadtest.chaos.topology.FaultProxy;
import dev.heliograph.loadtest.chaos.topology.Impairment;
import dev.heliograph.server.redis.LocalSingle;
import dev.heliograph.server.redis.TopologyOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bounded: what a session and a mailbox hold has a limit, whatever their reader does. */
@Timeout(300)
class BoundedTest {

    private static final int COUNT = 900;
    private static final int BYTES = 32_768;

    /** The outbox' soft limit, one page above it, and as much again for a coarse reading. */
    private static final long MOST_BYTES = 16L << 20;

    @TempDir private Path directory;

    @Test
    void aDeviceThatReadsNothingHoldsNoMoreThanItsLimitAndIsServedLater() throws Exception {
        try (LocalSingle redis = LocalSingle.start(TopologyOptions.DEFAULTS);
                Stage stage = new Stage(redis, directory, Map.of());
                FaultProxy proxy = FaultProxy.to(stage.httpPort());
                Device phone =
                        new Device(
                                Stage.url(proxy.port()),
                                stage.token("alice"),
                                Device.Options.named("phone"))) {
            FaultProxy.Rule deaf = proxy.impair(new Impairment.Blackhole(false, true), Clients.ALL);
            ProducerClient backend = stage.backend();
            ByteString large = ByteString.copyFrom(new byte[BYTES]);
            for (int from = 0; from < COUNT; from += 100) {
                backend.notifyBatch(
                        IntStream.range(0, 100)
                                .mapToObj(
                                        i ->
                                                Notification.of(Target.user("alice"), "test")
                                                        .payload(large, "application/octet-stream")
                                                        .build())
                                .toList());
            }
            assertThat(stage.outboxBytes(), is(greaterThan(0L)));
            assertThat(stage.outboxBytes(), is(lessThan(MOST_BYTES)));
            deaf.heal();
            eventually("all", Stage.RECOVERY, () -> phone.texts().size() == COUNT);
            assertThat(phone.resets(), is(List.of()));
        }
    }
}
