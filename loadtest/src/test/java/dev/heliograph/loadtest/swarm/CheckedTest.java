package dev.heliograph.loadtest.swarm;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import dev.heliograph.loadtest.chaos.check.FrameProxy;
import dev.heliograph.loadtest.chaos.check.FrameProxy.Rewriter;
import dev.heliograph.loadtest.chaos.check.Mutations;
import dev.heliograph.proto.device.v1.ServerFrame;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The instrument is checked: a real gateway whose frames are dropped, repeated or delayed on their
 * way shows in the figures as what it is.
 */
class CheckedTest {

    private static final int DEVICES = 10;
    private static final int DELAY_MS = 20;

    @TempDir private Path directory;
    /* Of each test: what a device has not acknowledged comes to the next one of its user. */
    private Stage stage;

    @BeforeEach
    void start() throws Exception {
        stage = new Stage(directory);
    }

    @AfterEach
    void stop() {
        stage.close();
    }

    /** What a swarm saw. */
    private record Seen(IntervalResult result, Settlement settlement) {}

    /**
     * Sends so many to each device through a wrong gateway.
     *
     * @param received how many come
     */
    private Seen run(int each, long received, Supplier<Rewriter> gateway) throws Exception {
        try (FrameProxy proxy = new FrameProxy(stage.port(), gateway)) {
            SwarmPlan plan = stage.plan(proxy.port(), DEVICES);
            Sent sent = new Sent(plan);
            try (Swarm swarm = Swarm.start(plan)) {
                swarm.connect(DEVICES, Stage.RAMP);
                swarm.begin();
                stage.toUsers(sent, DEVICES, each);
                Stage.awaitReceived(swarm, received);
                return new Seen(swarm.end(), swarm.settle(sent, Duration.ZERO));
            }
        }
    }

    @Test
    void aRightGatewayIsClean() throws Exception {
        Seen seen = run(20, 200, () -> Rewriter.FAITHFUL);
        assertThat(seen.settlement(), is(new Settlement(0, List.of())));
        assertThat(seen.result().counts().received(), is(200L));
        assertThat(seen.result().counts().duplicates(), is(0L));
        assertThat(seen.result().counts().holes(), is(0L));
    }

    /** D-2. */
    @Test
    void oneInAThousandThatIsDroppedShowsAsAHoleAndIsFetchedAgain() throws Exception {
        Seen seen = run(120, 1_200, Mutations.drop(1_000));
        assertThat(seen.result().counts().holes(), is(1L));
        assertThat(seen.settlement().lost(), is(0L));
    }

    @Test
    void oneInAThousandThatIsDroppedWithoutATraceShowsAsLost() throws Exception {
        // Counted per connection: each device loses its hundredth.
        int n = 100;
        Seen seen = run(120, DEVICES * 119L, Mutations.renumbered(n, deliver -> List.of()));
        assertThat(seen.result().counts().holes(), is(0L));
        assertThat(seen.settlement().lost(), is((long) DEVICES));
        assertThat(seen.settlement().missing(), hasSize(DEVICES));
        assertThat(
                seen.settlement().missing().stream()
                        .filter(it -> it.device() == 3)
                        .map(it -> it.number().channel())
                        .toList(),
                is(List.of(Payload.user(3))));
    }

    @Test
    void whatComesTwiceShowsAsDuplicates() throws Exception {
        Seen seen = run(20, 204, Mutations.repeat(50));
        assertThat(seen.result().counts().duplicates(), is(4L));
        assertThat(seen.result().latency().getTotalCount(), is(200L));
        assertThat(seen.settlement().lost(), is(0L));
    }

    @Test
    void aDelayShowsInTheLatency() throws Exception {
        long delay = TimeUnit.MILLISECONDS.toMicros(DELAY_MS);
        Seen late = run(10, 100, () -> CheckedTest::delayed);
        assertThat(late.result().latency().getMinValue(), is(greaterThanOrEqualTo(delay)));

        SwarmPlan plan = stage.plan(1);
        Sent sent = new Sent(plan);
        try (Swarm swarm = Swarm.start(plan)) {
            swarm.connect(1, Stage.RAMP);
            swarm.begin();
            // On a busy machine most take longer.
            eventually(
                    "one comes sooner without the delay",
                    Duration.ofSeconds(20),
                    () -> {
                        stage.toUsers(sent, 1, 1);
                        swarm.settle(sent, Stage.PATIENCE);
                        return swarm.end().latency().getMinValue() < delay;
                    });
        }
    }

    private static List<ServerFrame> delayed(ServerFrame frame) {
        pass(DELAY_MS);
        return List.of(frame);
    }

    private static void pass(long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    @Test
    void aSwarmThatIsHeldUpSaysSo() throws Exception {
        try (Swarm swarm = Swarm.start(stage.plan(1))) {
            swarm.begin();
            swarm.processes().getFirst().pause();
            pass(500);
            swarm.processes().getFirst().resume();
            eventually(
                    "the ticks that were due have come",
                    Duration.ofSeconds(20),
                    () -> swarm.end().lag().getTotalCount() > 45);
            IntervalResult result = swarm.end();
            // Each tick of the pause counts, not only the first after it.
            assertThat(
                    result.lag().getCountBetweenValues(200_000, 1_000_000_000),
                    is(greaterThan(20L)));
            assertThat(result.isSwarmTheBottleneck(), is(true));
            assertThat(result.lagVerdict(), containsString("the swarm itself was the bottleneck"));
        }
    }
}
