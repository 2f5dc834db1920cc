package dev.heliograph.server.gateway;

import static dev.heliograph.server.gateway.GatewayFixture.subscribe;
import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.config.ServerConfig.RedisConfig;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.redis.LocalCluster;
import dev.heliograph.server.redis.RedisServer;
import dev.heliograph.server.redis.TopologyOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** On a Redis Cluster each partition is compared on the server that has it. */
class AntiEntropyClusterTest {

    private static final AntiEntropy.Pace FAST =
            new AntiEntropy.Pace(Duration.ofMillis(100), Duration.ofMillis(50));

    /** Enough for several partitions on each of three servers. */
    private static final int USERS = 24;

    @Test
    void interestsThatTheServersLostAreRegisteredAgain() throws Exception {
        try (LocalCluster redis = LocalCluster.start(TopologyOptions.DEFAULTS)) {
            RedisConfig noReplicas = new RedisConfig(redis.uri(), Duration.ofSeconds(2), 0);
            try (GatewayFixture fixture = new GatewayFixture(noReplicas)) {
                Gateway gateway = fixture.gateway("one", GatewayFixture.CONFIG, FAST);
                List<Channel> inboxes =
                        IntStream.range(0, USERS)
                                .mapToObj(i -> Channel.user("default", "lost" + i))
                                .toList();
                List<FakeTransport> phones = new ArrayList<>();
                for (Channel inbox : inboxes) {
                    FakeTransport phone = fixture.device(gateway, inbox.name(), "phone");
                    subscribe(phone, inbox.path());
                    phones.add(phone);
                }

                assertThat(dropInterests(redis), is(USERS));
                inboxes.forEach(inbox -> fixture.append(inbox, "a"));

                for (FakeTransport phone : phones) {
                    eventually(() -> "a, got " + phone.ids(), () -> phone.ids().contains("a"));
                }
            }
        }
    }

    /** Returns how many there were. */
    private static int dropInterests(LocalCluster redis) throws IOException {
        int dropped = 0;
        for (RedisServer primary : redis.primaries()) {
            List<String> states =
                    primary.ask("KEYS", "hg:*:c:default/user/*")
                            .lines()
                            .filter(key -> !key.isEmpty())
                            .toList();
            for (String state : states) {
                List<String> interests =
                        primary.ask("HKEYS", state)
                                .lines()
                                .filter(field -> field.startsWith("@"))
                                .toList();
                for (String interest : interests) {
                    primary.ask("HDEL", state, interest);
                    dropped++;
                }
            }
        }
        return dropped;
    }
}
