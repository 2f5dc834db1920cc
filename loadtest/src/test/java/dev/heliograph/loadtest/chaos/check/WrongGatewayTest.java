package dev.heliograph.loadtest.chaos.check;

import static dev.heliograph.loadtest.chaos.check.FindingKind.CONFLICT;
import static dev.heliograph.loadtest.chaos.check.FindingKind.DISORDER;
import static dev.heliograph.loadtest.chaos.check.FindingKind.DUPLICATE;
import static dev.heliograph.loadtest.chaos.check.FindingKind.EARLY_ACK;
import static dev.heliograph.loadtest.chaos.check.FindingKind.FALSE_RESET;
import static dev.heliograph.loadtest.chaos.check.FindingKind.FALSE_SKIP;
import static dev.heliograph.loadtest.chaos.check.FindingKind.HOLE;
import static dev.heliograph.loadtest.chaos.check.FindingKind.LOST;
import static dev.heliograph.loadtest.chaos.check.FindingKind.PHANTOM;
import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;

import dev.heliograph.client.producer.Target;
import dev.heliograph.loadtest.chaos.check.FrameProxy.Rewriter;
import dev.heliograph.loadtest.chaos.history.DeviceSpec;
import dev.heliograph.loadtest.chaos.history.EarlyDevice;
import dev.heliograph.loadtest.chaos.history.Installation;
import dev.heliograph.loadtest.chaos.history.ProducerRecorder.Order;
import dev.heliograph.proto.device.v1.Outcome;
import dev.heliograph.proto.device.v1.SkipReason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real runs of a real installation whose gateway's frames are rewritten on the way to one device:
 * the checker says what is wrong, whether or not the SDK heals it, and nothing when nothing is.
 */
class WrongGatewayTest {

    @TempDir private static Path installed;
    private static Installation installation;

    @TempDir private Path directory;
    private String user;

    @BeforeAll
    static void start() throws Exception {
        installation = new Installation(installed);
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    @BeforeEach
    void nameUser(TestInfo test) {
        user = test.getTestMethod().orElseThrow().getName();
    }

    /**
     * Sends to a phone behind the proxy and a tablet that is not, with a reconnect in the middle.
     */
    private Verdict run(int count, Supplier<Rewriter> gateway) throws Exception {
        try (FrameProxy proxy = new FrameProxy(installation.devicePort(), gateway);
                Trial trial = new Trial(directory.resolve(user), installation.producer())) {
            DeviceSpec phone =
                    installation.device(user, "phone").url(Installation.url(proxy.port()));
            trial.start(phone);
            trial.start(installation.device(user, "tablet"));
            trial.send(count / 2, user);
            long before = trial.subscribed(phone);
            proxy.cut();
            eventually("it has resumed", () -> trial.subscribed(phone) > before);
            trial.send(count - count / 2, user);
            return trial.verdict();
        }
    }

    private static Set<FindingKind> kinds(Verdict verdict) {
        return verdict.counts().entrySet().stream()
                .filter(each -> each.getValue() > 0)
                .map(java.util.Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private static void finds(Verdict verdict, FindingKind... kinds) {
        assertThat(verdict.findings().toString(), kinds(verdict), is(Set.of(kinds)));
    }

    @Test
    void aRightGatewayIsClean() throws Exception {
        Verdict verdict = run(200, () -> Rewriter.FAITHFUL);
        finds(verdict);
        assertThat(verdict.tally().delivered(), is(402L));
        assertThat(verdict.deliveredFraction(), is(1.0));
    }

    @Test
    void dropsOneInAThousandAndTheSdkHealsIt() throws Exception {
        finds(run(1_200, Mutations.drop(1_000)), HOLE);
    }

    @Test
    void dropsSomeAndNumbersTheRestAnew() throws Exception {
        Verdict verdict = run(60, Mutations.renumbered(20, deliver -> List.of()));
        assertThat(kinds(verdict), hasItems(LOST, CONFLICT));
    }

    @Test
    void swapsTwo() throws Exception {
        Verdict verdict = run(200, Mutations.swap(60));
        finds(verdict, DISORDER);
    }

    @Test
    void sendsSomeTwice() throws Exception {
        finds(run(200, Mutations.repeat(50)), DUPLICATE);
    }

    @Test
    void sendsSomeTwiceUnderFreshNumbers() throws Exception {
        Verdict verdict = run(60, Mutations.renumbered(20, deliver -> List.of(deliver, deliver)));
        assertThat(kinds(verdict), hasItems(DUPLICATE));
    }

    @Test
    void sendsSomeTwiceUnderFreshNumbersAndIdsPastTheSdk() throws Exception {
        Verdict verdict =
                run(
                        60,
                        Mutations.renumbered(
                                20,
                                deliver -> List.of(deliver, Mutations.underAnotherId(deliver))));
        assertThat(kinds(verdict), hasItems(DUPLICATE));
        assertThat(
                verdict.findings().toString(),
                verdict.findings().stream()
                        .anyMatch(
                                it ->
                                        it.kind() == DUPLICATE
                                                && it.text().contains("under two ids")),
                is(true));
    }

    @Test
    void skipsWhatHasNotExpired() throws Exception {
        finds(run(200, Mutations.skip(50, SkipReason.SKIP_REASON_EXPIRED)), FALSE_SKIP, LOST);
    }

    @Test
    void skipsWithoutAReason() throws Exception {
        finds(run(200, Mutations.skip(50, SkipReason.SKIP_REASON_UNSPECIFIED)), FALSE_SKIP, LOST);
    }

    @Test
    void altersTheContent() throws Exception {
        Verdict verdict = run(200, Mutations.alter(100));
        assertThat(kinds(verdict), hasItems(PHANTOM));
    }

    @Test
    void answersEveryResumeWithAReset() throws Exception {
        for (Outcome outcome :
                List.of(Outcome.OUTCOME_FORK, Outcome.OUTCOME_EPOCH, Outcome.OUTCOME_TRIMMED)) {
            user = "reset" + outcome.getNumber();
            finds(run(40, Mutations.resumesWith(outcome)), FALSE_RESET);
        }
    }

    @Test
    void savesAndAcknowledgesBeforeTheHandlerHasFinished() throws Exception {
        try (Trial trial = new Trial(directory.resolve(user), installation.producer())) {
            DeviceSpec phone = installation.device(user, "phone");
            trial.started(EarlyDevice.start(phone, trial.writer(phone)));
            trial.send(10, user);
            // One Ack may stand for all that came together.
            trial.catchUp();
            trial.send(10, user);
            Verdict verdict = trial.verdict();
            finds(verdict, EARLY_ACK);
            assertThat(verdict.count(EARLY_ACK), is(greaterThan(1L)));
        }
    }

    @Test
    void whatExpiredWhileADeviceWasAwayIsSkippedTruly() throws Exception {
        try (Trial trial = new Trial(directory.resolve(user), installation.producer())) {
            DeviceSpec phone =
                    installation
                            .device(user, "phone")
                            .store(directory.resolve("positions").toString());
            var device = trial.start(phone);
            trial.send(10, user);
            trial.catchUp();
            device.abandon();
            for (int i = 0; i < 5; i++) {
                trial.send(Order.to(Target.user(user)).ttl(Duration.ofSeconds(1)));
            }
            long expired = System.nanoTime() + Duration.ofMillis(1_500).toNanos();
            trial.send(5, user);
            eventually("they have expired", () -> System.nanoTime() > expired);
            trial.start(phone.incarnation(1));
            Verdict verdict = trial.verdict();
            finds(verdict);
            assertThat(verdict.tally().expired(), is(5L));
        }
    }
}
