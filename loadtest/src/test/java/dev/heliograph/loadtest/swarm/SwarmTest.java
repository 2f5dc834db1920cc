package dev.heliograph.loadtest.swarm;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heliograph.server.HeliographServer;
import dev.heliograph.server.auth.TokenIssuer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Swarms of real processes on a real gateway. Times are not judged: the machine may be busy. */
class SwarmTest {

    private static final Settlement NOTHING_LOST = new Settlement(0, List.of());

    @TempDir private Path directory;
    private Stage stage;

    @BeforeEach
    void start() throws Exception {
        stage = new Stage(directory);
    }

    @AfterEach
    void stop() {
        stage.close();
    }

    @Test
    void devicesOfTwoProcessesGetWhatIsSentToThemAndToTheirTopics() throws Exception {
        SwarmPlan plan = stage.plan(30).withProcesses(2).withTopics(new TopicPlan(1, 4, 2));
        Sent sent = new Sent(plan);
        try (Swarm swarm = Swarm.start(plan)) {
            IntervalResult connected = swarm.connect(30, Stage.RAMP);
            assertThat(connected.counts().ready(), is(30));
            assertThat(connected.connect().getTotalCount(), is(30L));
            swarm.begin();
            stage.toUsers(sent, 30, 3);
            for (int topic = 0; topic < 5; topic++) {
                stage.send(sent.toTopic(topic, System.nanoTime())).join();
            }
            long due = 90 + 30 + 60;
            assertThat(sent.deliveriesDue(plan), is(due));
            assertThat(swarm.settle(sent, Stage.PATIENCE), is(NOTHING_LOST));
            IntervalResult result = swarm.end();
            assertThat(result.counts(), is(clean(30, due, 0)));
            assertThat(result.latency().getTotalCount(), is(due));
        }
    }

    @Test
    void aRampWaitsForDevicesThatAreOnTheirWay() throws Exception {
        List<Socket> came = new CopyOnWriteArrayList<>();
        try (ServerSocket silent = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
                Swarm swarm = Swarm.start(stage.plan(silent.getLocalPort(), 200))) {
            Thread.startVirtualThread(() -> keep(silent, came));
            RampPlan ramp = new RampPlan(1_000, 1_000, Duration.ofSeconds(3));
            IOException failure = assertThrows(IOException.class, () -> swarm.connect(200, ramp));
            assertThat(failure.getMessage(), containsString("0 of 200 devices are ready"));
            assertThat(came.size(), is(DeviceGroup.MAX_ON_THEIR_WAY));
        }
    }

    private static void keep(ServerSocket silent, List<Socket> came) {
        try {
            while (true) {
                came.add(silent.accept());
            }
        } catch (IOException _) {
            // The test is over.
        }
    }

    @Test
    void devicesThatWereCutResumeAndMissNothing() throws Exception {
        SwarmPlan plan = stage.plan(20).withTopics(TopicPlan.BROADCAST);
        Sent sent = new Sent(plan);
        try (Swarm swarm = Swarm.start(plan)) {
            swarm.connect(20, Stage.RAMP);
            stage.toUsers(sent, 20, 2);
            assertThat(swarm.settle(sent, Stage.PATIENCE), is(NOTHING_LOST));
            swarm.begin();
            swarm.cutAll();
            stage.toUsers(sent, 20, 2);
            stage.send(sent.toTopic(0, System.nanoTime())).join();
            assertThat(swarm.settle(sent, Stage.PATIENCE), is(NOTHING_LOST));
            swarm.awaitReady(20, Stage.PATIENCE);
            IntervalResult result = swarm.end();
            assertThat(result.counts(), is(clean(20, 60, 20)));
            assertThat(result.away().getTotalCount(), is(20L));
        }
    }

    @Test
    void devicesThatChurnMissNothing() throws Exception {
        SwarmPlan plan = stage.plan(20);
        Sent sent = new Sent(plan);
        try (Swarm swarm = Swarm.start(plan)) {
            long before = swarm.connect(20, Stage.RAMP).counts().connects();
            swarm.churn(50);
            eventually(
                    "many have gone and come back",
                    () -> {
                        stage.toUsers(sent, 20, 1);
                        return snapshot(swarm).connects() >= before + 30;
                    });
            swarm.churn(0);
            assertThat(swarm.settle(sent, Stage.PATIENCE), is(NOTHING_LOST));
            swarm.awaitReady(20, Stage.PATIENCE);
            assertThat(swarm.snapshot().duplicates(), is(0L));
        }
    }

    @Test
    void devicesThatStopReadingGetNothingUntilTheyReadAgain() throws Exception {
        SwarmPlan plan = stage.plan(10);
        Sent sent = new Sent(plan);
        try (Swarm swarm = Swarm.start(plan)) {
            swarm.connect(10, Stage.RAMP);
            swarm.slow(0.3, 0);
            stage.toUsers(sent, 10, 5);
            Stage.awaitReceived(swarm, 35);
            assertThat(swarm.missing(sent).lost(), is(15L));
            swarm.slow(0, 0);
            assertThat(swarm.settle(sent, Stage.PATIENCE), is(NOTHING_LOST));
        }
    }

    @Test
    void devicesReadNoFasterThanTheyAreTold() throws Exception {
        SwarmPlan plan = stage.plan(2);
        Sent sent = new Sent(plan);
        try (Swarm swarm = Swarm.start(plan)) {
            swarm.connect(2, Stage.RAMP);
            swarm.slow(1, 2_000);
            long begin = System.nanoTime();
            // More than 8,000 bytes to each.
            stage.toUsers(sent, 2, 40);
            Stage.awaitReceived(swarm, 2 * 40);
            assertThat(
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin),
                    is(greaterThanOrEqualTo(3L)));
            assertThat(swarm.settle(sent, Stage.PATIENCE), is(NOTHING_LOST));
        }
    }

    /** */
    @Test
    void devicesAcknowledgeWhatTheyGet() throws Exception {
        // Without a cursor a device begins at the head.
        assertThat(receivedByANewRun(false), is(5L));
        assertThat(receivedByANewRun(true), is(2L * 5));
    }

    /** Of what was sent between two swarms and after, by five devices that remember nothing. */
    private long receivedByANewRun(boolean acks) throws Exception {
        SwarmPlan plan = stage.plan(5).withAcks(acks);
        Sent sent = new Sent(plan);
        int users = plan.devices();
        try (Swarm swarm = Swarm.start(plan)) {
            swarm.connect(users, Stage.RAMP);
            stage.toUsers(sent, users, 1);
            assertThat(swarm.settle(sent, Stage.PATIENCE), is(NOTHING_LOST));
            stage.toUsers(sent, users, 40);
            assertThat(swarm.settle(sent, Stage.PATIENCE), is(NOTHING_LOST));
            swarm.disconnectAll();
            eventually("all have gone", () -> snapshot(swarm).up() == 0);
        }
        stage.toUsers(sent, users, 1);
        try (Swarm swarm = Swarm.start(plan)) {
            swarm.connect(users, Stage.RAMP);
            stage.toUsers(sent, users, 1);
            int last = sent.toUser(0) - 1;
            // Each inbox comes in order: who has the last has all that is to come.
            eventually(
                    "the last has come to all",
                    () -> missing(swarm, sent).noneMatch(it -> it.number().number() == last));
            return swarm.snapshot().received();
        }
    }

    private static Stream<Settlement.Missing> missing(Swarm swarm, Sent sent) {
        try {
            return swarm.missing(sent).missing().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** G-4. */
    @Test
    void devicesMoveWhenTheirGatewayLeaves() throws Exception {
        HeliographServer second = stage.startAnother();
        SwarmPlan plan =
                new SwarmPlan(
                        Protocols.HELIOGRAPH,
                        List.of("127.0.0.1:" + stage.port(), "127.0.0.1:" + second.httpPort()),
                        stage.key(),
                        20,
                        TopicPlan.NONE,
                        true,
                        100,
                        1,
                        1,
                        Optional.empty());
        Sent sent = new Sent(plan);
        try (Swarm swarm = Swarm.start(plan)) {
            swarm.connect(20, Stage.RAMP);
            swarm.begin();
            second.stop();
            stage.toUsers(sent, 20, 2);
            assertThat(swarm.settle(sent, Stage.PATIENCE), is(NOTHING_LOST));
            swarm.awaitReady(20, Stage.PATIENCE);
            assertThat(swarm.end().counts(), is(clean(20, 40, 10)));
        }
    }

    @Test
    void aRefusalIsToldWithItsReason() throws Exception {
        Path stranger = directory.resolve("stranger.json");
        TokenIssuer.createKey(stranger);
        SwarmPlan plan = SwarmPlan.of("heliograph", stage.plan(1).targets(), stranger, 3);
        try (Swarm swarm = Swarm.start(plan)) {
            RampPlan impatient = new RampPlan(50, 50, Duration.ofSeconds(10));
            IOException failure =
                    assertThrows(IOException.class, () -> swarm.connect(3, impatient));
            assertThat(
                    failure.getMessage(),
                    allOf(containsString("0 of 3 devices"), containsString("401")));
        }
    }

    @Test
    void anUnknownProtocolIsToldWithThoseThatThereAre() {
        SwarmPlan plan = SwarmPlan.of("morse", List.of("127.0.0.1:1"), stage.key(), 1);
        IOException failure = assertThrows(IOException.class, () -> Swarm.start(plan).close());
        assertThat(
                failure.getMessage(), allOf(containsString("morse"), containsString("heliograph")));
    }

    @Test
    void processesEndWithTheSwarmAndOneThatEndsByItselfIsNoticed() throws Exception {
        Swarm swarm = Swarm.start(stage.plan(4).withProcesses(2));
        List<Long> pids = swarm.pids();
        ProcessHandle.of(pids.getFirst()).ifPresent(ProcessHandle::destroyForcibly);
        assertThrows(
                IOException.class,
                () -> {
                    while (true) {
                        swarm.snapshot();
                    }
                });
        swarm.close();
        assertThat(
                pids.stream().map(pid -> ProcessHandle.of(pid).isPresent()).toList(),
                everyItem(is(false)));
    }

    @Test
    void whatFailedIsNotWaitedForAndWhatIsNobodysIsCounted() throws Exception {
        SwarmPlan plan = stage.plan(2);
        Sent sent = new Sent(plan);
        try (Swarm swarm = Swarm.start(plan)) {
            swarm.connect(2, Stage.RAMP);
            stage.toUsers(sent, 2, 1);
            sent.failed(sent.toUser(0, System.nanoTime()).number());
            assertThat(swarm.settle(sent, Stage.PATIENCE), is(NOTHING_LOST));
            Sent.Shipment toAnother = sent.toUser(0, System.nanoTime());
            Sent.Shipment ofAnotherRun = new Sent(plan.withRun(0)).toUser(1, System.nanoTime());
            stage.send(new Sent.Shipment(new Sent.Serial(1, 0), toAnother.payload())).join();
            stage.send(ofAnotherRun).join();
            Stage.awaitReceived(swarm, 4);
            assertThat(swarm.snapshot().foreign(), is(2L));
            assertThat(
                    swarm.missing(sent).missing(),
                    is(List.of(new Settlement.Missing(0, toAnother.number()))));
        }
    }

    private static Snapshot snapshot(Swarm swarm) {
        try {
            return swarm.snapshot();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Nothing but what came, once each. */
    private static Snapshot clean(int ready, long received, long connects) {
        return new Snapshot(ready, ready, received, 0, 0, 0, 0, 0, 0, connects, Map.of(), Map.of());
    }
}
