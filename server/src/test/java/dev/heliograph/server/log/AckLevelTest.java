package dev.heliograph.server.log;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heliograph.server.config.ServerConfig.RedisConfig;
import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.log.LogAppender.Append;
import dev.heliograph.server.log.LogAppender.Appended;
import dev.heliograph.server.log.LogAppender.Idempotency;
import dev.heliograph.server.redis.LocalSentinel;
import dev.heliograph.server.redis.RedisServer;
import dev.heliograph.server.redis.TopologyOptions;
import dev.heliograph.server.testkit.TestRedis;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What each ack level waits for, against real servers. */
class AckLevelTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final Channel INBOX = Channel.user("default", "alice");

    /** No failover: here the replica is the one that is away. */
    private static final Duration NEVER = Duration.ofMinutes(10);

    @Test
    void replicatedWaitsForAllReplicasAlsoWhenTheKeyIsKnownAndNobodyElseWaits() throws Exception {
        try (LocalSentinel redis =
                        LocalSentinel.start(TopologyOptions.DEFAULTS.withFailAfter(NEVER));
                LogStore log = connect(redis.uri(), 1)) {
            assertThat(append(log, "a", AckLevel.REPLICATED).join().duplicate(), is(false));
            RedisServer replica = redis.replicas().getFirst();
            replica.pause();
            try {
                CompletableFuture<Appended> first = append(log, "b", AckLevel.REPLICATED);
                CompletableFuture<Appended> accepted = append(log, "c", AckLevel.ACCEPTED);
                accepted.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
                assertThat("the replica is still awaited", first.isDone(), is(false));
                assertThat(failure(first), is(instanceOf(LogException.Unconfirmed.class)));
                // On a connection that has written nothing so far, as after a restart of the node.
                try (LogStore other = connect(redis.uri(), 1)) {
                    LogException again = failure(append(other, "b", AckLevel.REPLICATED));
                    assertThat(again, is(instanceOf(LogException.Unconfirmed.class)));
                    assertThat(again.getMessage(), containsString("0 of 1 replicas"));
                }
            } finally {
                replica.resume();
            }
            eventually(
                    "the replica follows again",
                    Duration.ofSeconds(30),
                    () -> {
                        try {
                            return append(log, "b", AckLevel.REPLICATED).join().duplicate();
                        } catch (CompletionException e) {
                            return false;
                        }
                    });
            assertThat(
                    "stored once",
                    log.reader()
                            .read(INBOX, Optional.empty(), new From.Earliest(), 10)
                            .join()
                            .entries()
                            .size(),
                    is(3));
        }
    }

    @Test
    void whatTheInstallationCannotGiveIsRefusedAndNothingIsStored() {
        try (TestRedis redis = TestRedis.start();
                LogStore log = LogStore.connect(redis.config(), TestRedis.logConfig())) {
            assertThat(
                    failure(append(log, "a", AckLevel.REPLICATED)),
                    is(instanceOf(LogException.Unsupported.class)));
            // No append-only file, or no such command before 7.2.
            assertThat(
                    failure(append(log, "b", AckLevel.FSYNCED)),
                    is(instanceOf(LogException.Unsupported.class)));
            assertThat(redis.commands().keys("hg:*:s:*").isEmpty(), is(true));
        }
    }

    @Test
    void fsyncedWaitsForTheDiskAndIsNeverOkWithoutSyncs() throws Exception {
        Optional<String> program = WaitAofServer.program();
        assumeTrue(program.isPresent(), "NOT RUN: fsynced: no server that has WAITAOF");
        try (WaitAofServer server = WaitAofServer.start(program.get());
                LogStore log = connect(server.uri(), 0)) {
            assertThat(append(log, "a", AckLevel.FSYNCED).join().duplicate(), is(false));
            assertThat(append(log, "a", AckLevel.FSYNCED).join().duplicate(), is(true));
            server.ask("CONFIG", "SET", "appendfsync", "no");
            AtomicInteger more = new AtomicInteger();
            eventually(
                    "the last sync is over",
                    Duration.ofSeconds(30),
                    () ->
                            append(log, "more" + more.incrementAndGet(), AckLevel.FSYNCED)
                                    .handle((stored, e) -> e != null)
                                    .join());
            for (String id : new String[] {"b", "b", "c"}) {
                assertThat(
                        failure(append(log, id, AckLevel.FSYNCED)),
                        is(instanceOf(LogException.Unconfirmed.class)));
            }
            server.ask("CONFIG", "SET", "appendfsync", "always");
            assertThat(append(log, "b", AckLevel.FSYNCED).join().duplicate(), is(true));
        }
    }

    private static LogStore connect(URI uri, int replicas) {
        return LogStore.connect(new RedisConfig(uri, TIMEOUT, replicas), TestRedis.logConfig());
    }

    private static CompletableFuture<Appended> append(LogStore log, String id, AckLevel level) {
        return log.appender()
                .append(
                        new Append(
                                INBOX,
                                id,
                                new byte[] {1},
                                Optional.of(new Idempotency(id, "hash")),
                                level));
    }

    private static LogException failure(CompletableFuture<Appended> append) {
        return (LogException) assertThrows(CompletionException.class, append::join).getCause();
    }
}
