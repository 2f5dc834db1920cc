package dev.heliograph.server.log;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.log.LogAppender.Append;
import dev.heliograph.server.log.LogAppender.Appended;
import dev.heliograph.server.log.LogAppender.Idempotency;
import dev.heliograph.server.testkit.TestRedis;
import io.lettuce.core.KillArgs;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * What a failover took is told to every position of before, though only the sender had known it.
 */
class AnsweredTest {

    private static final Duration LONG_AGO = Duration.ofMinutes(1);

    private static TestRedis redis;
    private static RedisClients clients;
    private static LogPipes pipes;
    private static RedisLog log;

    private Channel channel;

    @BeforeAll
    static void start() {
        redis = TestRedis.start();
        clients = new RedisClients(redis.config());
        pipes = LogPipes.open(clients);
        log = pipes.log(Clock.systemUTC());
    }

    @AfterAll
    static void stop() {
        log.close();
        pipes.close();
        clients.close();
        redis.close();
    }

    @BeforeEach
    void name(TestInfo test) {
        channel = Channel.user("default", test.getTestMethod().orElseThrow().getName());
    }

    @Test
    void aPositionBeforeWhatWasLostIsTold() {
        Position before = append("a");
        ChannelSnapshot replica = new ChannelSnapshot(redis, channel);
        Position lost = append("lost");
        replica.failOver();
        eventually("told", () -> read(before).outcome() == Page.Outcome.FORK);
        append("b");
        Page page = read(before);
        assertThat(page.followsOn(before), is(true));
        assertThat(texts(page), is(List.of("b")));
        assertThat(page.head().epoch(), is(not(before.epoch())));
        // Whoever was told goes on in the new epoch.
        assertThat(read(page.base()).outcome(), is(Page.Outcome.OK));
        assertThat(read(page.head()).outcome(), is(Page.Outcome.OK));
        Page inLostTail = read(lost);
        assertThat(inLostTail.outcome(), is(Page.Outcome.FORK));
        assertThat(texts(inLostTail), is(List.of("a", "b")));
    }

    @Test
    void whatIsStillThereIsNoLoss() {
        Position first = append("a");
        append("b");
        redis.commands().clientKill(KillArgs.Builder.typeNormal().skipme());
        assertThat(read(first).outcome(), is(Page.Outcome.OK));
        redis.commands().xtrim(Keys.log(channel), 1);
        assertThat(settle(first, LONG_AGO), is(false));
        redis.commands().xtrim(Keys.log(channel), 0);
        assertThat(settle(first, LONG_AGO), is(false));
        assertThat(read(head()).outcome(), is(Page.Outcome.OK));
    }

    @Test
    void whatAServerStillHadMayBeLostWithTheNext() throws InterruptedException {
        Position before = append("a");
        ChannelSnapshot replica = new ChannelSnapshot(redis, channel);
        append("lost");
        redis.commands().clientKill(KillArgs.Builder.typeNormal().skipme());
        assertThat(read(before).outcome(), is(Page.Outcome.OK));
        // It is asked about within 100 ms of the connections' return, and nothing tells when.
        TimeUnit.SECONDS.sleep(1);
        replica.failOver();
        eventually("told", () -> read(before).outcome() == Page.Outcome.FORK);
    }

    @Test
    void oneLossIsToldOnceThoughSeveralHaveKnownIt() throws InterruptedException {
        append("a");
        ChannelSnapshot replica = new ChannelSnapshot(redis, channel);
        Position lost = append("lost");
        Position alsoLost = append("also lost");
        replica.restore();
        assertThat(settle(alsoLost, LONG_AGO), is(true));
        Position told = head();
        TimeUnit.MILLISECONDS.sleep(5);
        assertThat(settle(lost, LONG_AGO), is(false));
        assertThat(settle(alsoLost, LONG_AGO), is(false));
        assertThat(read(told).outcome(), is(Page.Outcome.OK));
        // On an old primary that had not heard of its end: later than what was told.
        assertThat(settle(lost, Duration.ZERO), is(true));
        assertThat(read(told).outcome(), is(Page.Outcome.FORK));
    }

    @Test
    void aLossOfTheStateTooIsAnotherLife() {
        Position before = append("a");
        Position lost = append("lost");
        redis.commands().del(Keys.log(channel), Keys.state(channel));
        assertThat(settle(lost, LONG_AGO), is(false));
        assertThat(read(before).outcome(), is(Page.Outcome.EPOCH));
        assertThat(settle(lost, LONG_AGO), is(false));
    }

    /** Its first answer was lost on the way; then it was told to be stored, as a duplicate. */
    @Test
    void whatWasOnlyAnsweredAsADuplicateIsTold() throws Exception {
        Position before = append("a");
        ChannelSnapshot replica = new ChannelSnapshot(redis, channel);
        Idempotency key = new Idempotency("key-1", "hash");
        try (LogPipes otherPipes = LogPipes.open(clients);
                RedisLog first = otherPipes.log(Clock.systemUTC())) {
            assertThat(append(first, "lost", key).duplicate(), is(false));
        }
        assertThat(append(log, "lost again", key).duplicate(), is(true));
        replica.failOver();
        eventually("told", () -> read(before).outcome() == Page.Outcome.FORK);
    }

    @Test
    void aDuplicateOfWhatIsOldDoesNotTakeThePlaceOfWhatIsNew() {
        Idempotency key = new Idempotency("key-2", "hash");
        append(log, "old", key);
        Position before = head();
        ChannelSnapshot replica = new ChannelSnapshot(redis, channel);
        append("lost");
        assertThat(append(log, "old again", key).duplicate(), is(true));
        replica.failOver();
        eventually("told", () -> read(before).outcome() == Page.Outcome.FORK);
    }

    private Appended append(RedisLog node, String id, Idempotency key) {
        byte[] text = id.getBytes(StandardCharsets.UTF_8);
        return answer(() -> node.append(new Append(channel, id, text, Optional.of(key))));
    }

    @Test
    void aLossThatCannotBeToldAtOnceIsToldLater() {
        Position before = append("a");
        ChannelSnapshot replica = new ChannelSnapshot(redis, channel);
        append("lost");
        redis.commands().clientPause(3_000);
        replica.failOver();
        eventually("told", () -> read(before).outcome() == Page.Outcome.FORK);
    }

    /** The log's answer, though the connections may be on their way back. */
    private static <T> T answer(Supplier<CompletableFuture<T>> call) {
        AtomicReference<T> answer = new AtomicReference<>();
        eventually(
                "an answer",
                () -> {
                    try {
                        answer.set(call.get().join());
                        return true;
                    } catch (CompletionException e) {
                        assertThat(e.getCause(), is(instanceOf(LogException.Unavailable.class)));
                        return false;
                    }
                });
        return answer.get();
    }

    private boolean settle(Position stored, Duration age) {
        return answer(() -> log.settle(channel, stored, age));
    }

    private Position append(String id) {
        byte[] text = id.getBytes(StandardCharsets.UTF_8);
        answer(() -> log.append(new Append(channel, id, text, Optional.empty())));
        return head();
    }

    private Position head() {
        return answer(() -> log.read(channel, Optional.empty(), new From.Head(), 1)).head();
    }

    private Page read(Position place) {
        return answer(() -> log.read(channel, Optional.empty(), new From.After(place), 100));
    }

    private static List<String> texts(Page page) {
        return page.entries().stream()
                .map(entry -> new String(entry.envelope(), StandardCharsets.UTF_8))
                .toList();
    }
}
