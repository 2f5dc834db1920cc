package dev.heliograph.server.gateway;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;

import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.server.config.ServerConfig.GatewayConfig;
import dev.heliograph.server.config.ServerConfig.MovesConfig;
import dev.heliograph.server.gateway.Drain.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Letting devices go (G-4): all at once, called off, and one that is old. */
class DrainTest {

    private static final Duration LONG = Duration.ofHours(1);

    private static final AtomicInteger NODES = new AtomicInteger();

    private static GatewayFixture fixture;

    @BeforeAll
    static void start() {
        fixture = new GatewayFixture();
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    private Gateway gateway(MovesConfig moves) {
        return fixture.gateway(
                "node-" + NODES.incrementAndGet(),
                new GatewayConfig(
                        Duration.ofMillis(250),
                        Duration.ofMillis(250),
                        Duration.ofSeconds(10),
                        16_384,
                        3,
                        100,
                        262_144,
                        Duration.ofSeconds(30),
                        moves,
                        GatewayFixture.LIMITS));
    }

    private Gateway draining(Duration delay, Duration time) {
        return gateway(new MovesConfig(delay, time, Optional.empty(), false));
    }

    private static boolean wasAsked(FakeTransport device) {
        return device.frames().stream().anyMatch(ServerFrame::hasGoAway);
    }

    @Test
    void aNodeIsUnreadyAndServesUntilLoadBalancersHaveNoticed() {
        Gateway gateway = draining(LONG, Duration.ZERO);
        FakeTransport phone = fixture.device(gateway, "alice1", "phone");
        assertThat(gateway.accepting(), is(true));

        gateway.draining().begin();
        gateway.draining().begin();

        assertThat(gateway.accepting(), is(false));
        assertThat(gateway.draining().progress(), is(new Drain.Progress(Phase.UNREADY, 0, 0, 1)));
        assertThat(gateway.admit(phone.peer()), is(new SessionFactory.Admission.Admitted()));
        fixture.device(gateway, "bob2", "phone");
        assertThat(wasAsked(phone), is(false));

        assertThat(gateway.draining().cancel(), is(true));
        assertThat(gateway.accepting(), is(true));
        assertThat(gateway.draining().progress().phase(), is(Phase.SERVING));
    }

    @Test
    void aDrainThatIsCalledOffAsksNobodyMoreAndCanBeginAgain() {
        Gateway gateway = draining(Duration.ZERO, LONG);
        FakeTransport one = fixture.device(gateway, "alice3", "phone");
        FakeTransport two = fixture.device(gateway, "bob4", "phone");
        gateway.draining().begin();
        eventually("one is asked", () -> wasAsked(one) || wasAsked(two));
        eventually("asking", () -> gateway.draining().progress().asked() == 1);
        assertThat(gateway.draining().progress(), is(new Drain.Progress(Phase.ASKING, 1, 2, 2)));
        assertThat(
                gateway.admit(one.peer()), is(instanceOf(SessionFactory.Admission.Refused.class)));

        gateway.draining().cancel();

        assertThat(gateway.admit(one.peer()), is(new SessionFactory.Admission.Admitted()));
        fixture.device(gateway, "carol5", "phone");
        assertThat(wasAsked(one) && wasAsked(two), is(false));
        gateway.draining().begin();
        eventually("again", () -> gateway.draining().progress().toAsk() == 3);
    }

    @Test
    void whoWasNotAskedBeforeADrainWasCalledOffStays() {
        Gateway gateway = draining(Duration.ZERO, Duration.ofSeconds(1));
        List<FakeTransport> devices =
                IntStream.range(0, 4)
                        .mapToObj(i -> fixture.device(gateway, "stays" + i, "phone"))
                        .toList();
        gateway.draining().begin();
        eventually("one is asked", () -> devices.stream().anyMatch(DrainTest::wasAsked));
        gateway.draining().cancel();
        long asked = devices.stream().filter(DrainTest::wasAsked).count();
        Instant end = Instant.now().plusMillis(1_200);
        eventually("the drain would be over", () -> Instant.now().isAfter(end));
        assertThat(devices.stream().filter(DrainTest::wasAsked).count(), is(asked));
        assertThat(devices.stream().allMatch(it -> it.closeCode() == 0), is(true));
    }

    @Test
    void theEndOfTheProcessGoesOnWithADrainAndCannotBeCalledOff() {
        Gateway gateway = draining(Duration.ZERO, Duration.ZERO);
        FakeTransport phone = fixture.device(gateway, "alice6", "phone");
        gateway.draining().begin();
        phone.await("GoAway", ServerFrame::hasGoAway);
        Thread end = Thread.startVirtualThread(gateway::drain);
        phone.lose();
        eventually("drained", () -> !end.isAlive());
        assertThat(gateway.draining().progress().phase(), is(Phase.DRAINED));
        assertThat(gateway.draining().cancel(), is(false));
        assertThat(phone.frames().stream().filter(ServerFrame::hasGoAway).count(), is(1L));
    }

    @Test
    void anOldConnectionIsAskedToMoveAndClosedIfItStays() {
        Gateway gateway =
                gateway(
                        new MovesConfig(
                                Duration.ZERO,
                                Duration.ZERO,
                                Optional.of(Duration.ofMillis(300)),
                                false));
        FakeTransport phone = fixture.device(gateway, "alice7", "phone");
        phone.await("GoAway", ServerFrame::hasGoAway);
        assertThat(phone.closeCode(), is(0));
        assertThat("others come in", gateway.accepting(), is(true));
        eventually("closed", () -> phone.closeCode() == 1012);
        assertThat(phone.frames().stream().filter(ServerFrame::hasGoAway).count(), is(1L));
    }
}
