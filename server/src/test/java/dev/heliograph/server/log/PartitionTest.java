package dev.heliograph.server.log;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.startsWith;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionTest {

    @Test
    void slotsAreThoseOfRedisCluster() {
        // The Redis Cluster specification's test value, modulo 16384.
        assertThat(Partition.slot("123456789"), is(0x31C3 % 16_384));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 32, 64})
    void anyNumberOfShardsGetsAnEvenShareOfPartitions(int shards) {
        int[] perShard = new int[shards];
        for (int p = 0; p < Partition.COUNT; p++) {
            perShard[Partition.slot(Partition.tag(p)) * shards / 16_384]++;
        }
        for (int count : perShard) {
            assertThat(Math.abs(count - (double) Partition.COUNT / shards), is(lessThan(1.0)));
        }
    }

    @Test
    void tagsAndTheHashStayTheSameForGood() {
        assertThat(Partition.of(Channel.user("default", "alice")), is(GOLDEN_PARTITION));
        assertThat(Keys.log(Channel.user("default", "alice")), is(GOLDEN_KEY));
    }

    @Test
    void namesSpreadOverAllPartitions() {
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            seen.add(Partition.of(Channel.user("default", "user-" + i)));
        }
        assertThat(seen.size(), is(Partition.COUNT));
    }

    @Test
    void bracesInNamesDoNotChangeTheSlot() {
        Channel hostile = Channel.topic("default", "}{x}");
        String key = Keys.state(hostile);
        assertThat(key, startsWith("hg:{" + Partition.tag(Partition.of(hostile)) + "}:c:"));
    }

    private static final int GOLDEN_PARTITION = 49;
    private static final String GOLDEN_KEY = "hg:{9749}:s:default/user/alice";
}
