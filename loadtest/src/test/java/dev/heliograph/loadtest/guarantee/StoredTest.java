package dev.heliograph.loadtest.guarantee;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.heliograph.client.producer.AckLevel;
import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.server.redis.LocalSentinel;
import dev.heliograph.server.redis.LocalSingle;
import dev.heliograph.server.redis.RedisServer;
import dev.heliograph.server.redis.TopologyOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Stored: an OK at ACCEPTED survives any crash of Heliograph and of clients, at REPLICATED also the
 * loss of the Redis primary. FSYNCED is tested where the server's tests can look at the disk.
 */
@Timeout(300)
class StoredTest {

    @TempDir private Path directory;

    @Test
    void whatWasAcceptedSurvivesTheCrashOfEverythingButRedis() throws Exception {
        try (LocalSingle redis = LocalSingle.start(TopologyOptions.DEFAULTS);
                Stage stage = new Stage(redis, directory, Map.of())) {
            Stage.send(stage.backend(), "alice", AckLevel.ACCEPTED, "a", "b", "c");
            stage.killServer();
            stage.startServer();
            Device phone = stage.device("alice", Device.Options.named("phone"));
            eventually(
                    "all three",
                    Stage.RECOVERY,
                    () -> phone.texts().equals(List.of("a", "b", "c")));
        }
    }

    @Test
    void whatWasReplicatedSurvivesTheLossOfThePrimary() throws Exception {
        try (LocalSentinel redis =
                        LocalSentinel.start(
                                TopologyOptions.DEFAULTS
                                        .withReplicas(1)
                                        .withFailAfter(Duration.ofSeconds(1)));
                Stage stage = new Stage(redis, directory, Map.of("redis.replicas", "1"))) {
            Device desk = stage.device("alice", Device.Options.named("desk"));
            ProducerClient backend = stage.backend();
            Stage.send(backend, "alice", AckLevel.REPLICATED, "a", "b", "c");
            RedisServer lost = redis.primary();
            lost.kill();
            Stage.send(backend, "alice", AckLevel.ACCEPTED, "d");
            assertThat(redis.primary().name(), is(not(lost.name())));
            Device phone = stage.device("alice", Device.Options.named("phone"));
            List<String> all = List.of("a", "b", "c", "d");
            eventually("from the log", Stage.RECOVERY, () -> phone.texts().equals(all));
            eventually("live", Stage.RECOVERY, () -> desk.texts().equals(all));
            assertThat(desk.resets(), is(List.of()));
        }
    }
}
