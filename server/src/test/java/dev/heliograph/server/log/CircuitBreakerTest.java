package dev.heliograph.server.log;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.config.ServerConfig.RedisConfig;
import dev.heliograph.server.log.LogAppender.Append;
import dev.heliograph.server.log.LogAppender.Appended;
import dev.heliograph.server.redis.LocalSingle;
import dev.heliograph.server.redis.RedisServer;
import dev.heliograph.server.redis.TopologyOptions;
import dev.heliograph.server.testkit.TestRedis;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls to a Redis that is away fail at once, and work again as soon as it is back. */
class CircuitBreakerTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final Duration RECOVERY = Duration.ofSeconds(30);

    private LocalSingle topology;
    private RedisServer redis;
    private LogStore log;

    @BeforeEach
    void start() throws Exception {
        topology = LocalSingle.start(TopologyOptions.DEFAULTS);
        redis = topology.servers().getFirst();
        log = LogStore.connect(new RedisConfig(topology.uri(), TIMEOUT, 0), TestRedis.logConfig());
        append().join();
    }

    @AfterEach
    void stop() {
        log.close();
        topology.close();
    }

    @Test
    void aRedisThatAnswersNothingIsNotWaitedForByEveryCall() throws Exception {
        redis.pause();
        for (int i = 0; i < 3; i++) {
            append();
        }
        eventually("the circuit is open", RECOVERY, this::failsAtOnce);
        redis.resume();
        eventually("the circuit is closed", RECOVERY, this::works);
    }

    @Test
    void aRedisThatWasKilledIsFoundAgain() throws Exception {
        redis.kill();
        eventually("the circuit is open", RECOVERY, this::failsAtOnce);
        redis.start();
        eventually("the circuit is closed", RECOVERY, this::works);
    }

    @Test
    void moreCallsThanMayWaitFailAtOnce() throws Exception {
        redis.pause();
        CompletableFuture<?>[] calls = new CompletableFuture<?>[100_000];
        for (int i = 0; i < calls.length; i++) {
            calls[i] = append();
        }
        eventually("all have failed", RECOVERY, () -> allFailed(calls));
        redis.resume();
        eventually("the circuit is closed", RECOVERY, this::works);
    }

    @Test
    void aPrimaryThatBecomesAReplicaTakesNothingAndIsTakenUpAgain() throws Exception {
        redis.ask("REPLICAOF", "127.0.0.1", "1");
        eventually("the circuit is open", RECOVERY, this::failsAtOnce);
        redis.ask("REPLICAOF", "NO", "ONE");
        eventually("the circuit is closed", RECOVERY, this::works);
    }

    @Test
    void newNotificationsAreRefusedBeforeMemoryIsFullAndReadingGoesOn() throws Exception {
        long used =
                redis.ask("INFO", "memory")
                        .lines()
                        .filter(line -> line.startsWith("used_memory:"))
                        .mapToLong(line -> Long.parseLong(line.substring(12)))
                        .findFirst()
                        .orElseThrow();
        // Not full: one in ten is left.
        redis.ask("CONFIG", "SET", "maxmemory", Long.toString(used * 10 / 9));
        eventually("refused", RECOVERY, () -> failure(append()) instanceof LogException.Full);
        Page page =
                log.reader()
                        .read(channel(), Optional.of("m"), new ChannelLog.From.Earliest(), 9)
                        .join();
        assertThat(page.entries().isEmpty(), is(false));
        redis.ask("CONFIG", "SET", "maxmemory", "1gb");
        eventually("taken", RECOVERY, this::works);
    }

    private static Channel channel() {
        return Channel.user("default", "alice");
    }

    private CompletableFuture<Appended> append() {
        return log.appender().append(new Append(channel(), "a", new byte[] {1}, Optional.empty()));
    }

    /** Done when the call returns: nothing was waited for. */
    private boolean failsAtOnce() {
        CompletableFuture<Appended> call = append();
        if (!call.isCompletedExceptionally()) {
            return false;
        }
        assertThat(failure(call), is(instanceOf(LogException.Unavailable.class)));
        return true;
    }

    private boolean works() {
        try {
            append().join();
            return true;
        } catch (CompletionException e) {
            return false;
        }
    }

    private static boolean allFailed(CompletableFuture<?>[] calls) {
        for (CompletableFuture<?> call : calls) {
            if (!call.isCompletedExceptionally()) {
                return false;
            }
        }
        return true;
    }

    /** What it failed with; null when it did not. */
    private static Throwable failure(CompletableFuture<Appended> call) {
        return call.handle((appended, e) -> e == null ? null : Refusal.cause(e)).join();
    }
}
