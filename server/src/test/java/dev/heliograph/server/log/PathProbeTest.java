package dev.heliograph.server.log;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.heliograph.server.config.ServerConfig.RedisConfig;
import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.log.LogAppender.Append;
import dev.heliograph.server.testkit.TestRedis;
import dev.heliograph.server.testkit.TestRelay;
import io.lettuce.core.KillArgs;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node whose own path to its mailboxes is dead, and one whose Redis is. */
class PathProbeTest {

    private static final Duration OFTEN = Duration.ofMillis(50);

    private final Channel channel = Channel.user("default", "alice");
    private final List<String> entries = new CopyOnWriteArrayList<>();
    private final List<MailboxGeneration> generations = new CopyOnWriteArrayList<>();

    private TestRedis redis;
    private TestRelay relay;
    private LogStore log;
    private Mailboxes mailboxes;

    @BeforeEach
    void start() {
        redis = TestRedis.start();
        relay = TestRelay.to(redis.config().uri());
        log =
                LogStore.connect(
                        new RedisConfig(relay.by(redis.config().uri()), Duration.ofSeconds(2), 0),
                        TestRedis.logConfig());
    }

    private void probe(Duration every) {
        mailboxes = log.mailboxes("one", new Recorder(), every);
        mailboxes.ready().join();
        awaitHeard("before");
    }

    @AfterEach
    void stop() throws Exception {
        mailboxes.close();
        log.close();
        relay.close();
        redis.close();
    }

    /** Subscribes the newest mailboxes and publishes; false when either could not be done. */
    private boolean published(String id) {
        try {
            String mailbox = generations.getLast().name();
            log.reader().read(channel, Optional.of(mailbox), new From.Head(), 1).join();
            log.appender()
                    .append(
                            new Append(
                                    channel, id, new byte[0], Optional.empty(), AckLevel.ACCEPTED))
                    .join();
            return true;
        } catch (CompletionException e) {
            return false;
        }
    }

    private void awaitHeard(String id) {
        String print = Position.fingerprint(id);
        eventually("published", () -> published(id));
        eventually("heard", () -> entries.contains(print));
    }

    @Test
    void connectionsWhoseAnswersAreLostTurnTheNodeUnreadyUntilItHasOthers() {
        probe(OFTEN);
        relay.swallowAnswers();
        eventually("unready", () -> !mailboxes.pathWorks());
        eventually("ready again", mailboxes::pathWorks);
        awaitHeard("after");
    }

    @Test
    void whileRedisIsAwayTheNodeStaysReady() {
        // Half the real pace: what connects again by itself has its own.
        probe(Duration.ofSeconds(1));
        relay.refuse(true);
        int attempts = relay.refused();
        // Until a path that was only excused for having just been lost would count as dead.
        eventually(
                "it keeps trying",
                Duration.ofMinutes(1),
                () -> {
                    assertThat(mailboxes.pathWorks(), is(true));
                    return relay.refused() > attempts + 40;
                });
        relay.refuse(false);
        eventually(
                "heard",
                () -> {
                    assertThat(mailboxes.pathWorks(), is(true));
                    return published("after") && entries.contains(Position.fingerprint("after"));
                });
    }

    @Test
    void aReaderThatHangsOnAServerWherePublishesDoNotGoAnyMoreFollowsThem() {
        probe(OFTEN);
        String before = generations.getLast().name();
        try (TestRedis other = TestRedis.start()) {
            URI address = redis.config().uri();
            String password = address.getUserInfo().replaceFirst("^[^:]*:", "");
            other.commands().configSet("requirepass", password);
            relay.lead(other.config().uri());
            redis.commands()
                    .clientList()
                    .lines()
                    .filter(line -> !line.contains("cmd=xread") && !line.contains("cmd=client"))
                    .map(line -> line.replaceFirst("^id=(\\d+) .*", "$1"))
                    .forEach(
                            id ->
                                    redis.commands()
                                            .clientKill(KillArgs.Builder.id(Long.parseLong(id))));
            eventually("new mailboxes", () -> !generations.getLast().name().equals(before));
            awaitHeard("after");
            assertThat(other.commands().keys("hg:*:m:one.*").isEmpty(), is(false));
        }
    }

    @Test
    void aMailboxThatIsGoneIsFoundByTheNextProbe() {
        // Not so often that a busy machine loses probes.
        probe(Duration.ofSeconds(1));
        String before = generations.getLast().name();
        redis.commands().del(redis.commands().keys("hg:*:m:one.*").getFirst());
        eventually("new mailboxes", () -> !generations.getLast().name().equals(before));
        assertThat(generations.getLast().reason(), not("start"));
        assertThat(mailboxes.pathWorks(), is(true));
    }

    private final class Recorder implements MailboxListener {
        @Override
        public void onEntry(LogEntry entry) {
            entries.add(entry.position().fingerprint());
        }

        @Override
        public void onEphemeral(Channel channel, byte[] envelope) {}

        @Override
        public void onLoss(Channel channel, String epoch) {}

        @Override
        public void onEvict(String connectionId) {}

        @Override
        public void onNewGeneration(MailboxGeneration generation) {
            generations.add(generation);
        }
    }
}
