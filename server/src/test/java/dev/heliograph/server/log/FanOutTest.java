package dev.heliograph.server.log;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.log.LogAppender.Append;
import dev.heliograph.server.testkit.TestRedis;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where a publish puts an entry, by how many gateways want it and how large it is. */
class FanOutTest {

    private static final MailboxGroups GROUPS = MailboxGroups.OF_ONE_SERVER;
    private static final AtomicInteger CHANNELS = new AtomicInteger();
    private static final int LARGE = 2_049;
    private static final int LARGE_BROADCAST = 16_385;

    private static TestRedis redis;
    private static RedisClients clients;
    private static LogPipes pipes;
    private static RedisLog log;

    private final Channel channel = Channel.topic("default", "t" + CHANNELS.incrementAndGet());
    private final String broadcasts = GROUPS.broadcasts(GROUPS.of(channel));

    @BeforeAll
    static void start() {
        redis = TestRedis.start();
        clients = new RedisClients(redis.config());
        pipes = LogPipes.open(clients);
        log = pipes.log(Clock.systemUTC());
    }

    @AfterAll
    static void stop() {
        pipes.close();
        clients.close();
        redis.close();
    }

    @BeforeEach
    void anEmptyBroadcastStream() {
        redis.commands().del(broadcasts);
        redis.commands().xadd(broadcasts, Map.of("n", "test"));
        redis.commands().xtrim(broadcasts, 0);
    }

    @Test
    void aboveEightGatewaysAnEntryGoesOnceIntoTheBroadcastStreamAndBelowFourBackToMailboxes() {
        interested(1, 8);
        append("mailboxes");
        assertThat(fingerprints(broadcasts), is(empty()));
        interested(9, 9);
        append("broadcast");
        assertThat(fingerprints(broadcasts), contains(print("broadcast")));
        assertThat(fingerprints(mailbox(1)), contains(print("mailboxes")));

        leave(5, 9);
        append("still broadcast");
        assertThat(fingerprints(broadcasts).getLast(), is(print("still broadcast")));
        leave(4, 4);
        append("mailboxes again");
        assertThat(fingerprints(mailbox(1)).getLast(), is(print("mailboxes again")));
        assertThat(redis.commands().xlen(broadcasts), is(2L));

        interested(4, 8);
        append("not yet many");
        assertThat(fingerprints(mailbox(8)).getLast(), is(print("not yet many")));
    }

    @Test
    void whereTheBroadcastStreamIsMissingMailboxesGetTheEntry() {
        interested(1, 9);
        redis.commands().del(broadcasts);
        append("a");
        assertThat(fingerprints(mailbox(9)), contains(print("a")));
        assertThat(redis.commands().exists(broadcasts), is(0L));
        redis.commands().set(broadcasts, "not a stream");
        append("b");
        assertThat(fingerprints(mailbox(9)).getLast(), is(print("b")));
    }

    @Test
    void largeEntriesForFourGatewaysAreDoorbells() {
        interested(1, 3);
        append("few", LARGE);
        interested(4, 4);
        append("small", LARGE - 1);
        append("large", LARGE);
        assertThat(envelopeSizes(mailbox(1)), contains(LARGE, LARGE - 1, 0));
        interested(5, 9);
        append("not large enough", LARGE_BROADCAST - 1);
        append("large broadcast", LARGE_BROADCAST);
        append("small broadcast", 1);
        assertThat(envelopeSizes(broadcasts), contains(LARGE_BROADCAST - 1, 0, 1));
        assertThat(
                log.read(channel, Optional.empty(), new From.LastN(2), 1).join().entries().stream()
                        .map(entry -> entry.envelope().length)
                        .toList(),
                contains(LARGE_BROADCAST));
    }

    @Test
    void aGatewayOfAnEarlierBuildGetsEverythingInItsMailbox() {
        interested(1, 10);
        redis.commands().hset(Keys.state(channel), "@" + name(10), "1");
        append("small", 1);
        append("large", LARGE_BROADCAST);
        assertThat(envelopeSizes(broadcasts), contains(1, 0));
        assertThat(envelopeSizes(mailbox(10)), contains(1, LARGE_BROADCAST));
        assertThat(envelopeSizes(mailbox(9)), is(empty()));
    }

    @Test
    void gatewaysOfAnEarlierBuildDoNotCountForBroadcasts() {
        interested(1, 9);
        redis.commands().hset(Keys.state(channel), "@" + name(9), "1");
        append("a", 1);
        assertThat(fingerprints(broadcasts), is(empty()));
        assertThat(fingerprints(mailbox(1)), contains(print("a")));
        assertThat(fingerprints(mailbox(9)), contains(print("a")));
    }

    @Test
    void aNewInterestDropsThoseOfDeadMailboxes() {
        interested(1, 3);
        redis.commands().del(mailbox(1), mailbox(3));
        log.read(channel, Optional.of(name(2)), new From.Head(), 1).join();
        assertThat("who is known does not look", interests().size(), is(3));
        interested(4, 4);
        assertThat(interests(), containsInAnyOrder("@" + name(2), "@" + name(4)));
    }

    @Test
    void everySixtyFourthBroadcastDropsTheInterestsOfDeadMailboxes() {
        interested(1, 9);
        append("first");
        redis.commands().del(mailbox(1), mailbox(9));
        for (int i = 2; i <= 63; i++) {
            append("n" + i);
        }
        assertThat(interests().size(), is(9));
        append("the 64th");
        assertThat(interests().size(), is(7));
        append("still a broadcast");
        assertThat(fingerprints(broadcasts).getLast(), is(print("still a broadcast")));
    }

    private void interested(int from, int through) {
        for (int i = from; i <= through; i++) {
            redis.commands().del(mailbox(i));
            redis.commands().xadd(mailbox(i), Map.of("n", "test"));
            redis.commands().xtrim(mailbox(i), 0);
            log.read(channel, Optional.of(name(i)), new From.Head(), 1).join();
        }
    }

    private void leave(int from, int through) {
        for (int i = from; i <= through; i++) {
            log.dropInterest(channel, name(i)).join();
        }
    }

    private static String name(int number) {
        return "gateway" + number + ".0";
    }

    private String mailbox(int number) {
        return GROUPS.prefix(channel) + name(number);
    }

    private List<String> interests() {
        return redis.commands().hkeys(Keys.state(channel)).stream()
                .filter(field -> field.startsWith("@"))
                .toList();
    }

    private void append(String id) {
        append(id, 1);
    }

    private void append(String id, int size) {
        byte[] envelope = "x".repeat(size).getBytes(StandardCharsets.US_ASCII);
        log.append(new Append(channel, id, envelope, Optional.empty())).join();
    }

    private static String print(String id) {
        return Position.fingerprint(id);
    }

    private static List<String> fingerprints(String stream) {
        return all(stream).stream().map(message -> message.getBody().get("f")).toList();
    }

    /** 0 for a doorbell. */
    private static List<Integer> envelopeSizes(String stream) {
        return all(stream).stream()
                .map(message -> message.getBody().getOrDefault("d", "").length())
                .toList();
    }

    private static List<StreamMessage<String, String>> all(String stream) {
        return redis.commands().xrange(stream, Range.unbounded(), Limit.unlimited());
    }
}
