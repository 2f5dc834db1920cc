package dev.heliograph.server.gateway;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.ChannelLog;
import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.log.LogException;
import dev.heliograph.server.log.Page;
import dev.heliograph.server.log.Position;
import dev.heliograph.server.observe.GatewayMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who shares a read of a real log, and what each is told then. */
class ReplayReadsTest {

    private static final int PAGE = 128;

    private static GatewayFixture fixture;

    private final Held log = new Held();
    private final ReplayReads reads = new ReplayReads(log, new GatewayMetrics());

    @BeforeAll
    static void start() {
        fixture = new GatewayFixture();
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    private static Channel topic(String name, int entries) {
        Channel topic = Channel.topic("default", name);
        for (int i = 1; i <= entries; i++) {
            fixture.append(topic, name + i);
        }
        return topic;
    }

    private static List<Position> positions(Channel topic) {
        return fixture
                .log
                .reader()
                .read(topic, Optional.empty(), new From.Earliest(), 1_000)
                .join()
                .entries()
                .stream()
                .map(entry -> entry.position())
                .toList();
    }

    private Future<Page> read(Channel channel, From from) {
        FutureTask<Page> page = new FutureTask<>(() -> reads.read(channel, from, PAGE));
        Thread.startVirtualThread(page);
        return page;
    }

    private void awaitWaiting(int count) {
        eventually(
                () -> "all " + count + " wait, " + reads.waiting() + " do",
                () -> reads.waiting() == count);
    }

    @Test
    void manyFromNearPlacesShareTheNextReadAndEachGetsWhatFollowsItsOwn() throws Exception {
        Channel topic = topic("near", 40);
        List<Position> positions = positions(topic);
        Future<Page> first = read(topic, new From.After(positions.get(20)));
        log.awaitHeld(1);
        List<Future<Page>> others = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            others.add(read(topic, new From.After(positions.get(i % 30))));
        }
        awaitWaiting(101);
        log.letGo(1);
        log.awaitHeld(1);
        log.letGo(1);
        for (int i = 0; i < 100; i++) {
            Position from = positions.get(i % 30);
            Page page = others.get(i).get();
            assertThat(page.outcome(), is(Page.Outcome.OK));
            assertThat(page.base(), is(from));
            assertThat(page.head(), is(positions.getLast()));
            assertThat(
                    page.entries().stream().map(entry -> entry.position()).toList(),
                    is(positions.subList(i % 30 + 1, 40)));
        }
        assertThat(first.get().base(), is(positions.get(20)));
        assertThat(log.count(), is(2));
    }

    @Test
    void whoComesWhileAReadIsUnderWayGetsWhatWasStoredBeforeItCame() throws Exception {
        Channel topic = topic("fresh", 3);
        Future<Page> first = read(topic, new From.Head());
        log.awaitHeld(1);
        log.awaitAnswer();
        fixture.append(topic, "later");
        Future<Page> second = read(topic, new From.Head());
        awaitWaiting(2);
        log.letGo(1);
        assertThat(first.get().head().seq(), is(3L));
        log.awaitHeld(1);
        log.letGo(1);
        assertThat(second.get().head().seq(), is(4L));
    }

    @Test
    void aPlaceThatIsNotOfThisLogTakesNothingFromTheOthers_R5() throws Exception {
        Channel topic = topic("forged", 20);
        List<Position> positions = positions(topic);
        Position low = positions.get(2);
        Position forged = new Position(low.epoch(), low.seq(), low.id(), "deadbeef");
        Position wrong =
                new Position(
                        positions.get(9).epoch(), 10, positions.get(9).id(), low.fingerprint());
        Future<Page> first = read(topic, new From.After(positions.get(5)));
        log.awaitHeld(1);
        Future<Page> bad = read(topic, new From.After(forged));
        Future<Page> bad2 = read(topic, new From.After(wrong));
        Future<Page> good = read(topic, new From.After(positions.get(9)));
        Future<Page> good2 = read(topic, new From.After(positions.get(9)));
        awaitWaiting(5);
        log.letGoAll();
        assertThat(bad.get().outcome(), is(Page.Outcome.FORK));
        assertThat(bad2.get().outcome(), is(Page.Outcome.FORK));
        assertThat(good.get().base(), is(positions.get(9)));
        assertThat(good.get().entries().size(), is(10));
        assertThat(good2.get().entries().size(), is(10));
    }

    @Test
    void aReadThatFailsFailsForAllWhoWaitForItAndForNobodyElse() throws Exception {
        Channel topic = topic("failing", 1);
        Future<Page> first = read(topic, new From.Earliest());
        log.awaitHeld(1);
        Future<Page> second = read(topic, new From.Earliest());
        awaitWaiting(2);
        log.failHeld();
        ExecutionException e = assertThrows(ExecutionException.class, first::get);
        assertThat(e.getCause() instanceof LogException, is(true));
        log.awaitHeld(1);
        log.letGo(1);
        assertThat(second.get().entries().size(), is(1));
    }

    @Test
    void aGatewayHasFewReadsUnderWayAndEachGetsItsTurn() throws Exception {
        List<Future<Page>> pages = new ArrayList<>();
        for (int i = 0; i < 3 * ReplayReads.MAX_UNDER_WAY; i++) {
            pages.add(read(Channel.user("default", "paced" + i), new From.Head()));
        }
        awaitWaiting(3 * ReplayReads.MAX_UNDER_WAY);
        log.awaitHeld(ReplayReads.MAX_UNDER_WAY);
        assertThat(log.count(), is(ReplayReads.MAX_UNDER_WAY));
        log.letGoAll();
        for (Future<Page> page : pages) {
            assertThat(page.get().outcome(), is(Page.Outcome.OK));
        }
        assertThat(log.count(), is(3 * ReplayReads.MAX_UNDER_WAY));
    }

    @Test
    void whoeverAsksIsAnsweredHoweverManyAskForTheSameAllTheTime() throws Exception {
        Channel topic = topic("busy", 1);
        log.letGoAll();
        List<FutureTask<Void>> askers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            FutureTask<Void> asker =
                    new FutureTask<>(
                            () -> {
                                for (int round = 0; round < 500; round++) {
                                    reads.read(topic, new From.Head(), PAGE);
                                }
                                return null;
                            });
            askers.add(asker);
            Thread.startVirtualThread(asker);
        }
        for (FutureTask<Void> asker : askers) {
            asker.get(60, TimeUnit.SECONDS);
        }
        assertThat(reads.waiting(), is(0));
    }

    /** The same log, whose answers are held back. */
    private static final class Held implements ChannelLog {

        private record Call(CompletableFuture<Page> promised, CompletableFuture<Page> answer) {
            void letGo() {
                answer.thenAccept(promised::complete);
            }
        }

        private final List<Call> held = new CopyOnWriteArrayList<>();
        private volatile int count;
        private volatile boolean open;

        @Override
        public synchronized CompletableFuture<Page> read(
                Channel channel, Optional<String> mailbox, From from, int limit) {
            count++;
            CompletableFuture<Page> answer =
                    fixture.log.reader().read(channel, mailbox, from, limit);
            if (open) {
                return answer;
            }
            Call call = new Call(new CompletableFuture<>(), answer);
            held.add(call);
            return call.promised();
        }

        int count() {
            return count;
        }

        void awaitHeld(int reads) {
            eventually(() -> reads + " reads, got " + held.size(), () -> held.size() == reads);
        }

        synchronized void letGo(int reads) {
            for (int i = 0; i < reads; i++) {
                held.removeFirst().letGo();
            }
        }

        synchronized void letGoAll() {
            open = true;
            letGo(held.size());
        }

        void awaitAnswer() {
            held.getFirst().answer().join();
        }

        synchronized void failHeld() {
            held.removeFirst()
                    .promised()
                    .completeExceptionally(new LogException.Unavailable("away", null));
        }

        @Override
        public CompletableFuture<Boolean> settle(Channel channel, Position had, Duration age) {
            return fixture.log.reader().settle(channel, had, age);
        }

        @Override
        public long keptSinceMs() {
            return fixture.log.reader().keptSinceMs();
        }

        @Override
        public CompletableFuture<Void> dropInterest(Channel channel, String mailbox) {
            return fixture.log.reader().dropInterest(channel, mailbox);
        }
    }
}
