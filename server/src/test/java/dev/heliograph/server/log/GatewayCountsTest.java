package dev.heliograph.server.log;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.testkit.TestRedis;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What gateways tell each other, against a real Redis. */
class GatewayCountsTest {

    private static final Duration LIFE = Duration.ofSeconds(90);

    private static TestRedis redis;
    private static LogStore log;

    private final GatewayCounts counts = log.gatewayCounts(LIFE);

    @BeforeAll
    static void start() {
        redis = TestRedis.start();
        log = LogStore.connect(redis.config(), TestRedis.logConfig());
    }

    @AfterAll
    static void stop() {
        log.close();
        redis.close();
    }

    @BeforeEach
    void empty() {
        redis.commands().del(Keys.gateways());
    }

    @Test
    void eachSeesWhatAllHoldUntilOneLeaves() {
        assertThat(counts.note("a.1", 5).join(), is(Map.of("a.1", 5)));
        assertThat(counts.note("b.2", 7).join(), is(Map.of("a.1", 5, "b.2", 7)));
        assertThat(counts.note("a.1", 6).join(), is(Map.of("a.1", 6, "b.2", 7)));
        assertThat(counts.leave("a.1").join(), is(Map.of("b.2", 7)));
        assertThat(counts.leave("a.1").join(), is(Map.of("b.2", 7)));
    }

    @Test
    void whoIsNotHeardOfAndWhatNobodyCanReadIsForgotten() {
        long now = Long.parseLong(redis.commands().time().getFirst()) * 1_000;
        redis.commands()
                .hset(
                        Keys.gateways(),
                        Map.of(
                                "old.1", "9 " + (now - LIFE.toMillis() - 2_000),
                                "ahead.1", "9 " + (now + LIFE.toMillis() + 60_000),
                                "odd.1", "many",
                                "new.1", "3 " + (now - LIFE.toMillis() / 2)));
        assertThat(counts.note("a.1", 5).join(), is(Map.of("a.1", 5, "new.1", 3)));
        assertThat(redis.commands().hlen(Keys.gateways()), is(2L));
    }

    @Test
    void theHashGoesWithTheLastGateway() {
        counts.note("a.1", 5).join();
        assertThat(redis.commands().pttl(Keys.gateways()), is(greaterThan(0L)));
        counts.leave("a.1").join();
        assertThat(redis.commands().exists(Keys.gateways()), is(0L));
    }
}
