package dev.heliograph.server.gateway;

import static dev.heliograph.server.gateway.GatewayFixture.subscribe;
import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.config.ServerConfig.RedisConfig;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.redis.LocalCluster;
import dev.heliograph.server.redis.RedisServer;
import dev.heliograph.server.redis.TopologyOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** On a Redis Cluster each partition has a broadcast stream, on the server that has its logs. */
class BroadcastClusterTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Channel topic = Channel.topic("default", "news");

    @Test
    void broadcastsReachEveryGatewayAndTheInterestsOfDeadOnesAreReaped() throws Exception {
        try (LocalCluster redis = LocalCluster.start(TopologyOptions.DEFAULTS.withReplicas(0))) {
            RedisConfig noReplicas = new RedisConfig(redis.uri(), Duration.ofSeconds(5), 0);
            try (GatewayFixture fixture = new GatewayFixture(noReplicas)) {
                List<FakeTransport> devices =
                        List.of(
                                device(fixture, fixture.gateway("one"), "a"),
                                device(fixture, fixture.gateway("two"), "b"));
                RedisServer server = serverOf(redis);
                String state = state(server);
                String group = state.substring(0, state.indexOf("c:"));
                for (int i = 1; i <= 8; i++) {
                    server.ask("XADD", group + "m:crowd" + i, "*", "n", "crowd");
                    register(fixture, "crowd" + i);
                }
                for (int i = 1; i <= 10; i++) {
                    fixture.append(topic, "n" + i);
                }
                awaitAll(devices, 10);
                assertThat(server.ask("XLEN", group + "b"), is("10"));

                // Found by the 64th broadcast, and by a new interest.
                server.ask("DEL", group + "m:crowd1");
                for (int i = 11; i <= 64; i++) {
                    fixture.append(topic, "n" + i);
                }
                awaitGone(server, state, "crowd1");
                server.ask("DEL", group + "m:crowd2");
                server.ask("XADD", group + "m:crowd9", "*", "n", "crowd");
                register(fixture, "crowd9");
                awaitGone(server, state, "crowd2");
                assertThat(server.ask("HEXISTS", state, "@crowd3"), is("1"));
                awaitAll(devices, 64);
            }
        }
    }

    private FakeTransport device(GatewayFixture fixture, Gateway gateway, String user) {
        FakeTransport device = fixture.device(gateway, user, "phone", topic.name());
        subscribe(device, topic.path());
        return device;
    }

    private void register(GatewayFixture fixture, String mailbox) {
        fixture.log.reader().read(topic, Optional.of(mailbox), new From.Head(), 1).join();
    }

    private RedisServer serverOf(LocalCluster redis) throws IOException {
        for (RedisServer primary : redis.primaries()) {
            if (!state(primary).isEmpty()) {
                return primary;
            }
        }
        throw new AssertionError("No server has the topic");
    }

    private String state(RedisServer server) throws IOException {
        return server.ask("KEYS", "hg:*:c:default/" + topic.path()).strip();
    }

    private static void awaitGone(RedisServer server, String state, String mailbox) {
        eventually(
                mailbox + " is dropped",
                LIMIT,
                () -> server.ask("HEXISTS", state, "@" + mailbox).equals("0"));
    }

    private static void awaitAll(List<FakeTransport> devices, long last) {
        List<Long> all = LongStream.rangeClosed(1, last).boxed().toList();
        for (FakeTransport device : devices) {
            eventually(
                    () -> "all " + last + ", got " + device.seqs(),
                    LIMIT,
                    () -> device.seqs().equals(all));
        }
    }
}
