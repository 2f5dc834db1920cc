package dev.heliograph.server.gateway;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.ChannelLog;
import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.log.ChannelSnapshot;
import dev.heliograph.server.log.Page;
import dev.heliograph.server.log.Position;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What gateways tell a log that has lost what they had, on a real Redis. */
class WitnessTest {

    private static final Duration LONG_AGO = Duration.ofHours(1);

    private final Channel inbox = Channel.user("default", "alice");
    private final AtomicLong nanos = new AtomicLong();

    private GatewayFixture fixture;
    private ChannelLog log;
    private Position lost;

    @BeforeEach
    void loseTheLastEntry() {
        fixture = new GatewayFixture();
        log = fixture.log.reader();
        fixture.append(inbox, "a");
        ChannelSnapshot replica = new ChannelSnapshot(fixture.redis, inbox);
        fixture.append(inbox, "lost");
        lost = read(new From.Head()).head();
        replica.restore();
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void aLossThatNobodyHasToldIsTold() {
        Witness witness = new Witness(log, nanos::get);
        Witness.Had had = new Witness.Had(lost, witness.now());

        assertThat(witness.tell(inbox, had, read(new From.After(lost))), is(true));
        assertThat(witness.tell(inbox, had, read(new From.After(lost))), is(false));
    }

    @Test
    void aLossThatAnotherTellsWhileTheQuestionIsOnItsWayIsToldOnce() {
        Witness witness = new Witness(new Overtaken(), nanos::get);
        Witness.Had had = new Witness.Had(lost, witness.now());
        nanos.addAndGet(Duration.ofSeconds(10).toNanos());

        assertThat(witness.tell(inbox, had, read(new From.After(lost))), is(false));
    }

    private Page read(From from) {
        return log.read(inbox, Optional.empty(), from, 1).join();
    }

    private long redisMs() {
        List<String> time = fixture.redis.commands().time();
        return Long.parseLong(time.get(0)) * 1_000 + Long.parseLong(time.get(1)) / 1_000;
    }

    /** The same log, where a question arrives well after another witness' one. */
    private final class Overtaken implements ChannelLog {

        @Override
        public CompletableFuture<Boolean> settle(Channel channel, Position had, Duration age) {
            assertThat(log.settle(channel, had, LONG_AGO).join(), is(true));
            long told = redisMs();
            eventually("time passes", () -> redisMs() > told + 20);
            return log.settle(channel, had, age);
        }

        @Override
        public CompletableFuture<Page> read(
                Channel channel, Optional<String> mailbox, From from, int limit) {
            return log.read(channel, mailbox, from, limit);
        }

        @Override
        public long keptSinceMs() {
            return log.keptSinceMs();
        }

        @Override
        public CompletableFuture<Void> dropInterest(Channel channel, String mailbox) {
            return log.dropInterest(channel, mailbox);
        }
    }
}
