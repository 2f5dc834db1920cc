package dev.heliograph.loadtest.guarantee;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.client.producer.AckLevel;
import dev.heliograph.client.producer.ProducerClient;
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

/** Found: any internal loss is noticed and repaired within 60 s. */
@Timeout(300)
class FoundTest {

    private static final Duration PROMISED = Duration.ofSeconds(60);

    @TempDir private Path directory;

    @Test
    void anInterestThatRedisHasForgottenIsFoundThoughNothingElseIsWrong() throws Exception {
        try (LocalSingle redis = LocalSingle.start(TopologyOptions.DEFAULTS);
                Stage stage = new Stage(redis, directory, Map.of())) {
            RedisServer server = redis.servers().getFirst();
            ProducerClient backend = stage.backend();
            Device phone = stage.device("alice", Device.Options.named("phone"));
            Stage.send(backend, "alice", AckLevel.ACCEPTED, "a");
            eventually("a", Stage.RECOVERY, () -> phone.texts().size() == 1);

            String state = server.ask("KEYS", "hg:*:c:default/user/alice");
            String interest =
                    server.ask("HKEYS", state)
                            .lines()
                            .filter(field -> field.startsWith("@"))
                            .findFirst()
                            .orElseThrow();
            server.ask("HDEL", state, interest);
            Stage.send(backend, "alice", AckLevel.ACCEPTED, "b");
            eventually("b", PROMISED, () -> phone.texts().size() == 2);
            assertThat(phone.texts(), is(List.of("a", "b")));
            assertThat(phone.resets(), is(List.of()));
        }
    }
}
