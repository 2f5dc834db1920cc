package dev.heliograph.server.log;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.log.LogAppender.Append;
import dev.heliograph.server.log.LogAppender.Appended;
import dev.heliograph.server.log.LogAppender.Idempotency;
import dev.heliograph.server.testkit.TestRedis;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XAddArgs;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the scripts promise, against a real Redis. */
class RedisLogTest {

    private static final AtomicInteger CHANNELS = new AtomicInteger();

    private static TestRedis redis;
    private static RedisClients clients;
    private static LogPipes pipes;
    private static RedisLog log;

    private final Channel channel =
            Channel.user("default", "u" + CHANNELS.incrementAndGet() + "{}");

    @BeforeAll
    static void start() {
        redis = TestRedis.start();
        clients = new RedisClients(redis.config());
        pipes = LogPipes.open(clients);
        log = logAt(Clock.systemUTC());
    }

    @AfterAll
    static void stop() {
        pipes.close();
        clients.close();
        redis.close();
    }

    private static RedisLog logAt(Clock clock) {
        return pipes.log(clock);
    }

    private Appended append(String id) {
        return log.append(
                        new Append(
                                channel, id, id.getBytes(StandardCharsets.UTF_8), Optional.empty()))
                .join();
    }

    private Page read(From from) {
        return read(log, from);
    }

    private Page read(RedisLog from, From place) {
        return from.read(channel, Optional.empty(), place, 100).join();
    }

    private static List<String> ids(Page page) {
        return page.entries().stream()
                .map(e -> new String(e.envelope(), StandardCharsets.UTF_8))
                .toList();
    }

    private Position head() {
        return read(new From.Head()).head();
    }

    @Test
    void numbersAreDenseAndAPositionResumesRightAfterItsEntry() {
        assertThat(append("a").seq(), is(1L));
        Position afterA = head();
        assertThat(append("b").seq(), is(2L));
        assertThat(append("c").seq(), is(3L));

        Page page = read(new From.After(afterA));

        assertThat(page.outcome(), is(Page.Outcome.OK));
        assertThat(page.base(), is(afterA));
        assertThat(ids(page), contains("b", "c"));
        assertThat(page.entries().get(0).previous(), is(afterA.id()));
        assertThat(page.entries().get(1).position(), is(page.head()));
    }

    @Test
    void aBurstKeepsItsOrderAlsoWhenRedisHasNoScriptYet() {
        int size = 50;
        for (int round = 0; round < 20; round++) {
            try (LogPipes fresh = LogPipes.open(clients)) {
                redis.commands().scriptFlush();
                RedisLog first = fresh.log(Clock.systemUTC());
                List<CompletableFuture<Appended>> burst = new ArrayList<>();
                for (int i = 0; i < size; i++) {
                    String id = round + "-" + i;
                    byte[] text = id.getBytes(StandardCharsets.UTF_8);
                    burst.add(first.append(new Append(channel, id, text, Optional.empty())));
                }
                List<Long> seqs = burst.stream().map(each -> each.join().seq()).toList();
                long begin = round * size + 1L;
                assertThat(seqs, is(LongStream.range(begin, begin + size).boxed().toList()));
            }
        }
    }

    @Test
    void aPositionSurvivesItsTextForm() {
        append("a");
        assertThat(Position.parse(head().token()), is(Optional.of(head())));
        assertThat(Position.parse("x" + head().token()), is(Optional.empty()));
    }

    @Test
    void thePositionOfAnEmptyLogCoversItsFirstEntry() {
        Position before = head();
        assertThat(before.seq(), is(0L));
        append("a");
        Page page = read(new From.After(before));
        assertThat(page.outcome(), is(Page.Outcome.OK));
        assertThat(ids(page), contains("a"));
    }

    @Test
    void startsAtHeadEarliestOrTheLastN() {
        List.of("a", "b", "c").forEach(this::append);
        assertThat(read(new From.Head()).entries(), is(empty()));
        assertThat(ids(read(new From.Earliest())), contains("a", "b", "c"));
        Page lastTwo = read(new From.LastN(2));
        assertThat(ids(lastTwo), contains("b", "c"));
        assertThat(lastTwo.base().seq(), is(1L));
        assertThat(read(new From.After(lastTwo.base())).outcome(), is(Page.Outcome.OK));
    }

    @Test
    void aKeyStoresOnceAndAnswersAsBefore() {
        Optional<Idempotency> key = Optional.of(new Idempotency("k", "hash"));
        Appended first = log.append(new Append(channel, "a", new byte[1], key)).join();
        Appended again = log.append(new Append(channel, "b", new byte[1], key)).join();
        assertThat(again, is(new Appended("a", first.seq(), first.entryId(), true)));
        assertThat(head().seq(), is(1L));
    }

    @Test
    void aKeyIsRememberedInTheBucketBefore() {
        Optional<Idempotency> key = Optional.of(new Idempotency("k", "hash"));
        log.append(new Append(channel, "a", new byte[1], key)).join();
        RedisLog later = logAt(Clock.offset(Clock.systemUTC(), Duration.ofMinutes(10)));
        assertThat(
                later.append(new Append(channel, "b", new byte[1], key)).join().duplicate(),
                is(true));
    }

    @Test
    void aKeyUsedWithAnotherRequestIsRefusedAndStoresNothing() {
        log.append(new Append(channel, "a", new byte[1], Optional.of(new Idempotency("k", "one"))))
                .join();
        CompletionException e =
                assertThrows(
                        CompletionException.class,
                        () ->
                                log.append(
                                                new Append(
                                                        channel,
                                                        "b",
                                                        new byte[1],
                                                        Optional.of(new Idempotency("k", "two"))))
                                        .join());
        assertThat(e.getCause(), is(instanceOf(LogException.IdempotencyConflict.class)));
        assertThat(head().seq(), is(1L));
    }

    @Test
    void answersTrimmedWhenWhatFollowedThePositionIsGone() {
        append("a");
        Position afterA = head();
        List.of("b", "c", "d").forEach(this::append);
        redis.commands().xtrim(Keys.log(channel), 2);
        Page page = read(new From.After(afterA));
        assertThat(page.outcome(), is(Page.Outcome.TRIMMED));
        assertThat(page.base().seq(), is(2L));
        assertThat(ids(page), contains("c", "d"));
    }

    @Test
    void answersOkWhenOnlyThePositionsOwnEntryWasTrimmed() {
        append("a");
        Position afterA = head();
        List.of("b", "c").forEach(this::append);
        redis.commands().xtrim(Keys.log(channel), 2);
        Page page = read(new From.After(afterA));
        assertThat(page.outcome(), is(Page.Outcome.OK));
        assertThat(ids(page), contains("b", "c"));
    }

    @Test
    void answersTrimmedWhenWhatFollowedIsOlderThanRetention() {
        append("a");
        Position afterA = head();
        append("b");
        RedisLog inEightDays = logAt(Clock.offset(Clock.systemUTC(), Duration.ofDays(8)));
        Page page = read(inEightDays, new From.After(afterA));
        assertThat(page.outcome(), is(Page.Outcome.TRIMMED));
        assertThat(page.entries(), is(empty()));
        assertThat(page.base(), is(page.head()));
        assertThat(read(inEightDays, new From.After(head())).outcome(), is(Page.Outcome.OK));
    }

    @Test
    void answersTrimmedWhenTheWholeLogExpired() {
        append("a");
        Position afterA = head();
        append("b");
        redis.commands().del(Keys.log(channel));
        assertThat(read(new From.After(afterA)).outcome(), is(Page.Outcome.TRIMMED));
        assertThat(read(new From.After(head())).outcome(), is(Page.Outcome.OK));
    }

    @Test
    void answersEpochWhenTheLogWasRebornAndReplaysWhatItHolds() {
        append("a");
        Position old = head();
        append("b");
        redis.commands().del(Keys.state(channel));
        Page page = read(new From.After(old));
        assertThat(page.outcome(), is(Page.Outcome.EPOCH));
        assertThat(ids(page), contains("a", "b"));
        assertThat(page.head().seq(), is(2L));
        assertThat(append("c").seq(), is(3L));
    }

    @Test
    void answersForkWhenTheTailWasLostAndItsNumbersUsedAgain() {
        append("a");
        append("b");
        ChannelSnapshot before = new ChannelSnapshot(redis, channel);
        append("lost");
        Position inLostTail = head();
        before.restore();
        assertThat(read(new From.After(inLostTail)).outcome(), is(Page.Outcome.FORK));
        append("c");
        assertThat(head().seq(), is(inLostTail.seq()));
        Page page = read(new From.After(inLostTail));
        assertThat(page.outcome(), is(Page.Outcome.FORK));
        assertThat(ids(page), contains("a", "b", "c"));
        append("d");
        assertThat(read(new From.After(inLostTail)).outcome(), is(Page.Outcome.FORK));
    }

    @Test
    void answersForkWhenAnotherEntryGotTheSameNumberAndTheSameId() {
        append("a");
        ChannelSnapshot before = new ChannelSnapshot(redis, channel);
        append("lost");
        Position inLostTail = head();
        before.restore();
        String id = inLostTail.id().toString();
        redis.commands()
                .xadd(
                        Keys.log(channel),
                        new XAddArgs().id(id),
                        "s",
                        "2",
                        "p",
                        before.last(),
                        "f",
                        Position.fingerprint("other"),
                        "d",
                        "other");
        redis.commands()
                .hset(
                        Keys.state(channel),
                        Map.of("s", "2", "l", id, "f", Position.fingerprint("other")));
        assertThat(read(new From.After(inLostTail)).outcome(), is(Page.Outcome.FORK));
        append("c");
        assertThat(read(new From.After(inLostTail)).outcome(), is(Page.Outcome.FORK));
        redis.commands().xtrim(Keys.log(channel), 1);
        assertThat(read(new From.After(inLostTail)).outcome(), is(not(Page.Outcome.OK)));
    }

    @Test
    void idsNeverGoBackEvenIfTheLogExpiredAndTheClockDid() {
        append("a");
        EntryId future = new EntryId(System.currentTimeMillis() + 1_000_000, 7);
        redis.commands().del(Keys.log(channel));
        redis.commands().hset(Keys.state(channel), "l", future.toString());
        assertThat(EntryId.parse(append("b").entryId()), is(greaterThan(future)));
    }

    @Test
    void aFullRedisRefusesPublishesAndStillLetsDevicesRead() {
        append("a");
        redis.commands().configSet("maxmemory", "1");
        try {
            CompletionException e = assertThrows(CompletionException.class, () -> append("b"));
            assertThat(e.getCause(), is(instanceOf(LogException.Full.class)));
            Page page = log.read(channel, Optional.of("m"), new From.Earliest(), 10).join();
            assertThat(ids(page), contains("a"));
            assertThat(page.head().seq(), is(1L));
        } finally {
            redis.commands().configSet("maxmemory", "0");
        }
        assertThat(append("c").seq(), is(2L));
    }

    @Test
    void aScriptThatRedisHasForgottenIsSentAgain() {
        append("a");
        redis.commands().scriptFlush();
        assertThat(append("b").seq(), is(2L));
        redis.commands().scriptFlush();
        assertThat(ids(read(new From.Earliest())), contains("a", "b"));
    }

    @Test
    void aDeadMailboxLosesItsInterestWithTheNextPublish() {
        log.read(channel, Optional.of("dead"), new From.Head(), 1).join();
        assertThat(redis.commands().hexists(Keys.state(channel), "@dead"), is(true));
        append("a");
        assertThat(redis.commands().hexists(Keys.state(channel), "@dead"), is(false));
        assertThat(
                redis.commands().exists(MailboxGroups.OF_ONE_SERVER.prefix(channel) + "dead"),
                is(0L));
    }

    @Test
    void whatIsEphemeralGoesToTheLivingMailboxesAndIsStoredNowhere() {
        append("a");
        String prefix = MailboxGroups.OF_ONE_SERVER.prefix(channel);
        for (String mailbox : List.of("one" + channel.name(), "two" + channel.name())) {
            redis.commands().xadd(prefix + mailbox, Map.of("n", "x"));
            log.read(channel, Optional.of(mailbox), new From.Head(), 1).join();
        }
        log.read(channel, Optional.of("dead"), new From.Head(), 1).join();
        Position before = head();

        assertThat(log.send(channel, "e".getBytes(StandardCharsets.UTF_8)).join(), is(2));

        assertThat(head(), is(before));
        assertThat(ids(read(new From.Earliest())), contains("a"));
        assertThat(redis.commands().hexists(Keys.state(channel), "@dead"), is(false));
        assertThat(redis.commands().exists(prefix + "dead"), is(0L));
        for (String mailbox : List.of("one" + channel.name(), "two" + channel.name())) {
            List<StreamMessage<String, String>> all =
                    redis.commands().xrange(prefix + mailbox, Range.unbounded(), Limit.unlimited());
            assertThat(
                    all.getLast().getBody(),
                    is(Map.of("c", "default/" + channel.path(), "d", "e")));
        }
        redis.commands().del(prefix + "one" + channel.name());
        assertThat(log.send(channel, "e".getBytes(StandardCharsets.UTF_8)).join(), is(1));
        redis.commands().del(prefix + "two" + channel.name());
        assertThat(log.send(channel, "e".getBytes(StandardCharsets.UTF_8)).join(), is(0));
    }

    @Test
    void aFullRedisRefusesWhatIsEphemeralToo() {
        append("a");
        redis.commands().configSet("maxmemory", "1");
        try {
            CompletionException e =
                    assertThrows(
                            CompletionException.class, () -> log.send(channel, new byte[1]).join());
            assertThat(e.getCause(), is(instanceOf(LogException.Full.class)));
        } finally {
            redis.commands().configSet("maxmemory", "0");
        }
        assertThat(log.send(channel, new byte[1]).join(), is(0));
    }

    @Test
    void tendingFindsAMailboxThatIsGoneAndOneThatRanOver() {
        String key = "hg:{g0}:m:tended";
        assertThat(tend(key, EntryId.ZERO, 0), is(0L));
        for (int i = 0; i < 5; i++) {
            redis.commands().xadd(key, Map.of("n", "x"));
        }
        List<StreamMessage<String, String>> all =
                redis.commands().xrange(key, Range.unbounded(), Limit.unlimited());
        assertThat(tend(key, EntryId.parse(all.get(1).getId()), 2), is(1L));
        assertThat(redis.commands().xlen(key), is(3L));
        redis.commands().xtrim(key, 1);
        assertThat(tend(key, EntryId.parse(all.get(1).getId()), 2), is(-1L));
        assertThat(tend(key, EntryId.parse(all.get(4).getId()), 5), is(1L));
    }

    private static long tend(String key, EntryId last, int read) {
        return redis.commands()
                .<Long>eval(
                        Script.TEND.text(),
                        io.lettuce.core.ScriptOutputType.INTEGER,
                        new String[] {key},
                        "30000",
                        new EntryId(last.ms(), last.n() + 1).toString(),
                        Integer.toString(read));
    }
}
