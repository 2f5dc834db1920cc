package dev.heliograph.server.gateway;

import static dev.heliograph.server.gateway.GatewayFixture.subscribe;
import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import com.google.protobuf.util.Timestamps;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.Deliver;
import dev.heliograph.proto.device.v1.Hello;
import dev.heliograph.proto.device.v1.Notification;
import dev.heliograph.proto.device.v1.Priority;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.server.log.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who only observes waits while the gateway is under pressure, and loses nothing by it (D-10). */
class ObserverTest {

    private static final double SECOND_TIER = 0.95;

    private final Channel inbox = Channel.user("default", "alice");
    private final AtomicLong clockMs = new AtomicLong();
    private volatile double heap;

    private GatewayFixture fixture;
    private Gateway gateway;
    private FakeTransport phone;
    private FakeTransport wall;
    private int appended;

    @BeforeEach
    void start() {
        fixture = new GatewayFixture();
        gateway =
                fixture.gateway(
                        "one",
                        GatewayFixture.CONFIG,
                        new Degradation.Measures(Map.of(Pressure.HEAP, () -> heap), clockMs::get));
        phone = fixture.device(gateway, "alice", "phone");
        subscribe(phone, inbox.path());
        wall = fixture.connect(gateway, "alice");
        wall.send(
                ClientFrame.newBuilder()
                        .setHello(Hello.newBuilder().setDeviceId("wall").setObserver(true)));
        wall.await("Welcome", ServerFrame::hasWelcome);
        subscribe(wall, inbox.path());
        fixture.awaitLive(inbox, phone);
        fixture.awaitLive(inbox, wall);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private void awaitTier(int tier) {
        eventually(
                () -> "tier " + tier + ", is " + gateway.degradation().tier(),
                () -> {
                    clockMs.addAndGet(PressureGauge.DWELL_MS);
                    return gateway.degradation().tier() == tier;
                });
    }

    private void press() {
        heap = SECOND_TIER;
        awaitTier(2);
    }

    private void append(Priority priority) {
        appended++;
        fixture.append(
                inbox,
                Notification.newBuilder()
                        .setId("n" + appended)
                        .setPriority(priority)
                        .setCreateTime(Timestamps.now()));
    }

    /**
     * Every five seconds it is served: of some that are sent between two turns one is held. So slow
     * that the log, which keeps 1,000, still has the first of a whole turn.
     */
    private void awaitHeld() {
        eventually(
                "the observer waits",
                () -> {
                    append(Priority.PRIORITY_NORMAL);
                    LockSupport.parkNanos(20_000_000);
                    return gateway.registry().observers().count() == 1;
                });
    }

    /** It stands at the head. */
    private void awaitEphemeral(FakeTransport device, String id) {
        eventually(
                "live",
                () -> {
                    fixture.sendEphemeral(inbox, id);
                    return device.ids().contains(id);
                });
    }

    /** Everything was covered once and in order (D-1). */
    private void awaitAll(FakeTransport device) {
        List<Long> all = LongStream.rangeClosed(1, appended).boxed().toList();
        eventually(
                () -> "all, misses " + missing(all, covered(device)),
                () -> covered(device).size() >= appended);
        assertThat(covered(device), is(all));
    }

    private static List<Long> missing(List<Long> all, List<Long> covered) {
        List<Long> missing = new ArrayList<>(all);
        missing.removeAll(covered);
        return missing;
    }

    private static List<Long> covered(FakeTransport device) {
        List<Long> covered = new ArrayList<>();
        for (ServerFrame frame : device.frames()) {
            if (frame.hasDeliver() && !frame.getDeliver().getPosition().isEmpty()) {
                covered.add(frame.getDeliver().getSeq());
            } else if (frame.hasSkip()) {
                LongStream.rangeClosed(
                                frame.getSkip().getFromSeq(), frame.getSkip().getThroughSeq())
                        .forEach(covered::add);
            }
        }
        return covered;
    }

    private static List<Deliver> outOfOrder(FakeTransport device) {
        return device.frames().stream()
                .map(ServerFrame::getDeliver)
                .filter(Deliver::getOutOfOrder)
                .toList();
    }

    @Test
    void getsAllInOrderWhenItsTurnComesWhileOthersGetEachAsItComes_D1_D10() {
        press();
        awaitHeld();
        // More than a page.
        for (int i = 0; i < 300; i++) {
            append(Priority.PRIORITY_NORMAL);
        }
        awaitEphemeral(phone, "typing");
        append(Priority.PRIORITY_NORMAL);
        awaitAll(phone);
        awaitAll(wall);
        assertThat(wall.ids(), not(hasItem("typing")));
        // And again, once it has been served.
        awaitHeld();
        awaitAll(phone);
        awaitAll(wall);
    }

    @Test
    void getsWhatWaitsAndThenEachAsItComesWhenTheTierIsLeft_D10() {
        press();
        awaitHeld();
        heap = 0;
        awaitTier(1);
        eventually("nobody waits", () -> gateway.registry().observers().count() == 0);
        awaitAll(wall);
        awaitEphemeral(wall, "live");
        append(Priority.PRIORITY_NORMAL);
        awaitAll(wall);
        assertThat(gateway.registry().observers().count(), is(0));
        awaitAll(phone);
    }

    @Test
    void isOvertakenByWhatIsCriticalWhileItWaits_D8_D10() {
        press();
        // Unless its turn comes just between the two.
        eventually(
                "one has overtaken",
                () -> {
                    awaitHeld();
                    append(Priority.PRIORITY_CRITICAL);
                    awaitAll(phone);
                    return !outOfOrder(wall).isEmpty();
                });
        awaitAll(wall);
        assertThat(outOfOrder(phone), is(List.of()));
    }

    @Test
    void getsWhatIsCriticalInItsTurnWhileNothingWaitsBeforeItAndNothingEphemeral_D9_D10() {
        press();
        append(Priority.PRIORITY_CRITICAL);
        awaitEphemeral(phone, "typing");
        append(Priority.PRIORITY_CRITICAL);
        awaitAll(wall);
        assertThat(wall.ids(), not(hasItem("typing")));
        assertThat(outOfOrder(wall), is(List.of()));
        assertThat(gateway.registry().observers().count(), is(0));
    }

    @Test
    void comesBackWhileItWaitsAndGetsAllThatItHasNotGot_D1_D10() {
        press();
        awaitHeld();
        wall.lose();
        wall = fixture.connect(gateway, "alice");
        wall.send(
                ClientFrame.newBuilder()
                        .setHello(Hello.newBuilder().setDeviceId("wall-2").setObserver(true)));
        wall.await("Welcome", ServerFrame::hasWelcome);
        subscribe(wall, inbox.path());
        awaitHeld();
        awaitAll(wall);
        eventually("nobody waits", () -> gateway.registry().observers().count() == 0);
        awaitAll(phone);
    }
}
