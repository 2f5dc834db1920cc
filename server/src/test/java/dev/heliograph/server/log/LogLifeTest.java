package dev.heliograph.server.log;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import dev.heliograph.server.log.LogAppender.Append;
import dev.heliograph.server.testkit.TestRedis;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.hamcrest.Matcher;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How long Redis keeps a channel's keys. */
class LogLifeTest {

    private static final long LOG_LIFE_MS = TestRedis.logConfig().retention().toMillis();
    private static final long STATE_LIFE_MS = LOG_LIFE_MS + Duration.ofDays(30).toMillis();

    /** For the time that a test takes. */
    private static final long SLACK_MS = 60_000;

    private static TestRedis redis;
    private static RedisClients clients;
    private static LogPipes pipes;

    @BeforeAll
    static void start() {
        redis = TestRedis.start();
        clients = new RedisClients(redis.config());
        pipes = LogPipes.open(clients);
    }

    @AfterAll
    static void stop() {
        pipes.close();
        clients.close();
        redis.close();
    }

    @Test
    void theFirstNotificationGivesLogAndStateTheirLives() {
        Channel channel = Channel.user("default", "first");

        append(channel, "a");

        assertThat(logLife(channel), is(whole(LOG_LIFE_MS)));
        assertThat(stateLife(channel), is(whole(STATE_LIFE_MS)));
    }

    @Test
    void livesAreRefreshedOnlyWhenATenthHasPassed() {
        Channel channel = Channel.user("default", "later");
        append(channel, "a");
        long refreshed = System.currentTimeMillis();

        age(channel, refreshed - LOG_LIFE_MS / 10 + SLACK_MS);
        append(channel, "b");
        assertThat(logLife(channel), is(lessThanOrEqualTo(LOG_LIFE_MS / 2)));

        age(channel, refreshed - LOG_LIFE_MS / 10 - SLACK_MS);
        append(channel, "c");
        assertThat(logLife(channel), is(whole(LOG_LIFE_MS)));
        assertThat(stateLife(channel), is(whole(STATE_LIFE_MS)));
    }

    @Test
    void aClockThatWentBackRefreshesThem() {
        Channel channel = Channel.user("default", "back");
        append(channel, "a");

        age(channel, System.currentTimeMillis() + STATE_LIFE_MS);
        append(channel, "b");

        assertThat(logLife(channel), is(whole(LOG_LIFE_MS)));
    }

    @Test
    void aLogWhoseStateIsGoneGetsBothLivesAnew() {
        Channel channel = Channel.user("default", "reborn");
        append(channel, "a");
        redis.commands().del(Keys.state(channel));
        redis.commands().persist(Keys.log(channel));

        append(channel, "b");

        assertThat(logLife(channel), is(whole(LOG_LIFE_MS)));
        assertThat(stateLife(channel), is(whole(STATE_LIFE_MS)));
    }

    /** As if lives had been refreshed at this time, and both keys had half of a log's life left. */
    private static void age(Channel channel, long refreshedMs) {
        redis.commands().hset(Keys.state(channel), "k", Long.toString(refreshedMs));
        redis.commands().pexpire(Keys.log(channel), LOG_LIFE_MS / 2);
        redis.commands().pexpire(Keys.state(channel), LOG_LIFE_MS / 2);
    }

    private static Matcher<Long> whole(long lifeMs) {
        return allOf(greaterThan(lifeMs - SLACK_MS), lessThan(lifeMs + SLACK_MS));
    }

    private static long logLife(Channel channel) {
        return redis.commands().pttl(Keys.log(channel));
    }

    private static long stateLife(Channel channel) {
        return redis.commands().pttl(Keys.state(channel));
    }

    private static void append(Channel channel, String id) {
        pipes.log(Clock.systemUTC())
                .append(
                        new Append(
                                channel, id, id.getBytes(StandardCharsets.UTF_8), Optional.empty()))
                .join();
    }
}
