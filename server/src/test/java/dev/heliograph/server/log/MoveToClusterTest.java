package dev.heliograph.server.log;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.config.ServerConfig.RedisConfig;
import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.log.LogAppender.Append;
import dev.heliograph.server.log.LogAppender.Appended;
import dev.heliograph.server.log.LogAppender.Idempotency;
import dev.heliograph.server.redis.LocalCluster;
import dev.heliograph.server.redis.LocalSingle;
import dev.heliograph.server.redis.RedisTopology;
import dev.heliograph.server.redis.TopologyOptions;
import dev.heliograph.server.testkit.TestRedis;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RestoreArgs;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** An installation that outgrows one Redis copies its keys to a Cluster and goes on. */
class MoveToClusterTest {

    private static final List<Channel> CHANNELS =
            IntStream.range(0, 100)
                    .mapToObj(
                            i ->
                                    i % 2 == 0
                                            ? Channel.user("default", "user-" + i + "{}")
                                            : Channel.topic("default", "{x}topic-" + i))
                    .toList();

    @Test
    void everyLogPositionAndIdempotencyKeyIsKept() throws Exception {
        try (LocalSingle single = LocalSingle.start(TopologyOptions.DEFAULTS);
                LocalCluster cluster =
                        LocalCluster.start(TopologyOptions.DEFAULTS.withReplicas(0))) {
            Map<Channel, Position> seen = new HashMap<>();
            try (LogStore log = connect(single)) {
                for (Channel channel : CHANNELS) {
                    append(log, channel, "a");
                    seen.put(channel, read(log, channel, new From.Head()).head());
                    append(log, channel, "b");
                    append(log, channel, "c");
                }
            }

            assertThat(copy(single.uri(), cluster.uri()), is(greaterThan(2 * CHANNELS.size())));

            try (LogStore log = connect(cluster)) {
                for (Channel channel : CHANNELS) {
                    assertThat(append(log, channel, "c").duplicate(), is(true));
                    assertThat(append(log, channel, "d").seq(), is(4L));
                    Page page = read(log, channel, new From.After(seen.get(channel)));
                    assertThat(page.outcome(), is(Page.Outcome.OK));
                    assertThat(
                            page.entries().stream().map(e -> e.position().seq()).toList(),
                            is(List.of(2L, 3L, 4L)));
                }
            }
        }
    }

    /** As {@code redis-cli --cluster import} does. Returns how many keys there were. */
    private static int copy(URI from, URI to) {
        RedisClient source = RedisClient.create(from.toString());
        RedisClusterClient target =
                RedisClusterClient.create(RedisUris.of(to, Duration.ofSeconds(5)).all());
        try (var sourceConnection = source.connect(RedisClients.CODEC);
                var targetConnection = target.connect(RedisClients.CODEC)) {
            RedisCommands<String, byte[]> reads = sourceConnection.sync();
            RedisClusterCommands<String, byte[]> writes = targetConnection.sync();
            int count = 0;
            for (String key : iterable(reads)) {
                RestoreArgs life = RestoreArgs.Builder.ttl(Math.max(0, reads.pttl(key)));
                writes.restore(key, reads.dump(key), life);
                count++;
            }
            return count;
        } finally {
            source.shutdown();
            target.shutdown();
        }
    }

    private static Iterable<String> iterable(RedisCommands<String, byte[]> redis) {
        return () -> ScanIterator.scan(redis, ScanArgs.Builder.matches("hg:*"));
    }

    private static LogStore connect(RedisTopology redis) {
        return LogStore.connect(
                new RedisConfig(redis.uri(), Duration.ofSeconds(5), 0), TestRedis.logConfig());
    }

    private static Appended append(LogStore log, Channel channel, String id) {
        return log.appender()
                .append(
                        new Append(
                                channel,
                                id,
                                new byte[] {1},
                                Optional.of(new Idempotency(id, "hash"))))
                .join();
    }

    private static Page read(LogStore log, Channel channel, From from) {
        return log.reader().read(channel, Optional.empty(), from, 10).join();
    }
}
