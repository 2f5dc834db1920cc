package dev.heliograph.loadtest.chaos.check;

import static dev.heliograph.loadtest.chaos.check.FindingKind.BEHIND;
import static dev.heliograph.loadtest.chaos.check.FindingKind.CONFLICT;
import static dev.heliograph.loadtest.chaos.check.FindingKind.FALSE_RESET;
import static dev.heliograph.loadtest.chaos.check.FindingKind.LOST;
import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import dev.heliograph.loadtest.chaos.check.FrameProxy.Rewriter;
import dev.heliograph.loadtest.chaos.check.WrongServer.Change;
import dev.heliograph.loadtest.chaos.history.DeviceSpec;
import dev.heliograph.loadtest.chaos.history.Installation;
import dev.heliograph.loadtest.chaos.history.Loses;
import dev.heliograph.loadtest.chaos.history.RecordingDevice;
import io.lettuce.core.CopyArgs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real runs of whole systems with one mistake in a script of the log: each is caught, and the same
 * run of the right system is clean.
 */
class WrongServerTest {

    private static final String USER = "alice";

    /** A gateway finds a device gone after 6 s, and keeps its channel for 10 s more. */
    private static final Duration RECOVERY = Duration.ofSeconds(60);

    @TempDir private Path directory;

    private static void finds(Verdict verdict, FindingKind... kinds) {
        Set<FindingKind> found =
                verdict.counts().entrySet().stream()
                        .filter(each -> each.getValue() > 0)
                        .map(java.util.Map.Entry::getKey)
                        .collect(Collectors.toSet());
        assertThat(verdict.findings().toString(), found, is(Set.of(kinds)));
    }

    private Path fresh(String name) throws java.io.IOException {
        return java.nio.file.Files.createDirectories(directory.resolve(name));
    }

    // One in a thousand is acknowledged and not stored

    private Verdict manyNotifications(Change change) throws Exception {
        Path home = fresh("many" + change.find().length());
        try (WrongServer server = new WrongServer(home, change);
                Trial trial = new Trial(home.resolve("history"), server.producer())) {
            trial.start(server.device(USER, "phone"));
            trial.start(server.device("bob", "phone"));
            trial.send(1_500, USER, "bob");
            return trial.verdict();
        }
    }

    @Test
    void acknowledgesOneInAThousandWithoutStoringIt() throws Exception {
        finds(manyNotifications(Change.NONE));
        String store = "-- The only write that can fail comes first";
        finds(
                manyNotifications(
                        new Change(
                                "publish",
                                store,
                                "if redis.call('INCR', 'count') % 1000 == 0 then\n"
                                        + "  return {0, epoch, string.format('%.0f', seq + 1), last}\n"
                                        + "end\n"
                                        + store)),
                LOST,
                CONFLICT);
    }

    // Every resume is answered with a reset

    private Verdict comeBack(Change change) throws Exception {
        Path home = fresh("back" + change.find().length());
        try (WrongServer server = new WrongServer(home, change);
                Trial trial = new Trial(home.resolve("history"), server.producer())) {
            DeviceSpec phone =
                    server.device(USER, "phone").store(home.resolve("positions").toString());
            RecordingDevice device = trial.start(phone);
            trial.send(20, USER);
            trial.catchUp();
            eventually("its position is saved", RECOVERY, () -> trial.hasSaved(phone, 21));
            device.abandon();
            // Until then the gateway need not ask the log.
            eventually("the channel is forgotten", RECOVERY, () -> !hasInterest(server));
            trial.start(phone.incarnation(1));
            trial.send(20, USER);
            return trial.verdict();
        }
    }

    private static boolean hasInterest(WrongServer server) {
        var redis = server.redis().commands();
        return redis.keys("hg:{*}:c:*/user/" + USER).stream()
                .flatMap(key -> redis.hkeys(key).stream())
                .anyMatch(field -> field.startsWith("@"));
    }

    @Test
    void alwaysAnswersReset() throws Exception {
        finds(comeBack(Change.NONE));
        finds(
                comeBack(
                        new Change(
                                "prove",
                                "  if not sameLife(pEpoch, epoch) then\n    return 'EPOCH'\n  end\n",
                                "  if pSeq > 0 then\n    return 'FORK'\n  end\n")),
                FALSE_RESET);
    }

    // A lost tail with reused numbers

    private Verdict lostTail(Change... changes) throws Exception {
        Path home = fresh("tail" + changes.length);
        try (WrongServer server = new WrongServer(home, changes);
                FrameProxy proxy = new FrameProxy(server.devicePort(), () -> Rewriter.FAITHFUL);
                Trial trial = new Trial(home.resolve("history"), server.producer())) {
            DeviceSpec phone = server.device(USER, "phone").url(Installation.url(proxy.port()));
            trial.start(phone);
            trial.send(20, USER);
            var redis = server.redis().commands();
            List<String> keys = redis.keys("hg:{*}:[sc]:*/user/" + USER);
            keys.forEach(key -> redis.copy(key, "replica-of-" + key));
            trial.send(5, USER);
            trial.catchUp();
            long fault = trial.run().faultBegan("lost-tail", "redis", Loses.PRIMARY);
            long before = trial.subscribed(phone);
            proxy.cut();
            // What the replica had, as after its promotion, and numbers that are given again.
            keys.forEach(
                    key -> redis.copy("replica-of-" + key, key, CopyArgs.Builder.replace(true)));
            trial.run().faultEnded(fault);
            trial.send(10, USER);
            eventually("it has resumed", () -> trial.subscribed(phone) > before);
            trial.send(10, USER);
            return trial.verdict();
        }
    }

    @Test
    void ignoresTheFingerprint() throws Exception {
        Verdict right = lostTail();
        finds(right);
        assertThat(right.tally().resets(), is(greaterThan(0L)));
        Verdict wrong =
                lostTail(
                        new Change(
                                "read",
                                "local outcome, base, start = 'OK', nil, ARGV[4]",
                                """
                                prove = function(epoch, seq, last, fingerprint, pEpoch, pSeq)
                                  return (pEpoch == epoch and pSeq <= tonumber(seq)) and 'OK' or 'FORK'
                                end
                                local outcome, base, start = 'OK', nil, ARGV[4]"""),
                        // Else the gateway, which saw the lost tail, has everyone told.
                        new Change("settle", "~= 'FORK' then", "~= '' then"));
        assertThat(wrong.findings().toString(), wrong.count(LOST), is(greaterThan(0L)));
        assertThat(wrong.findings().toString(), wrong.count(CONFLICT), is(greaterThan(0L)));
    }

    // A gateway whose new mailboxes are unknown to the channels

    private Verdict newGeneration(Change change) throws Exception {
        Path home = fresh("generation" + change.find().length());
        try (WrongServer server = new WrongServer(home, change);
                Trial trial = new Trial(home.resolve("history"), server.producer())) {
            trial.start(server.device(USER, "phone"));
            trial.send(20, USER);
            long before = server.said("begin:");
            long fault = trial.run().faultBegan("mailboxes-lost", "redis", Loses.NOTHING);
            var redis = server.redis().commands();
            redis.keys("hg:{*}:m:*").forEach(redis::del);
            eventually("a new generation begins", () -> server.said("begin:") > before);
            trial.run().faultEnded(fault);
            trial.send(20, USER);
            return trial.verdict();
        }
    }

    @Test
    void forgetsItsInterestWhenAGenerationBegins() throws Exception {
        finds(newGeneration(Change.NONE));
        finds(
                newGeneration(
                        new Change(
                                "read",
                                "if ARGV[1] ~= '' and head[5] ~= UNDERSTANDS_ALL then",
                                "if ARGV[1] ~= ''"
                                        + " and redis.call('HSETNX', KEYS[2], 'first', ARGV[1]) == 1 then")),
                LOST,
                BEHIND);
    }
}
