package dev.heliograph.server.gateway;

import static dev.heliograph.server.gateway.GatewayFixture.subscribe;
import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import com.google.protobuf.util.Timestamps;
import dev.heliograph.proto.device.v1.Notification;
import dev.heliograph.proto.device.v1.Priority;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.SkipReason;
import dev.heliograph.server.gateway.SessionFactory.Admission;
import dev.heliograph.server.log.Channel;
import io.helidon.metrics.api.Gauge;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.Tag;
import io.helidon.service.registry.Services;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a gateway does in each tier, and that nothing is lost or held for it. */
class DegradationTest {

    private final Channel inbox = Channel.user("default", "alice");
    private final AtomicLong clockMs = new AtomicLong();
    private final Map<Pressure, Double> pressures = new EnumMap<>(Pressure.class);

    private GatewayFixture fixture;
    private Gateway gateway;
    private FakeTransport phone;

    @BeforeEach
    void start() {
        Map<Pressure, DoubleSupplier> values = new EnumMap<>(Pressure.class);
        for (Pressure each : Pressure.values()) {
            values.put(each, () -> measured(each));
        }
        fixture = new GatewayFixture();
        gateway =
                fixture.gateway(
                        "one",
                        GatewayFixture.CONFIG,
                        new Degradation.Measures(values, clockMs::get));
        phone = fixture.device(gateway, "alice", "phone");
        subscribe(phone, inbox.path());
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private synchronized double measured(Pressure what) {
        return pressures.getOrDefault(what, 0.0);
    }

    private synchronized void press(Pressure what, double value) {
        pressures.put(what, value);
    }

    private void awaitTier(int tier) {
        eventually(
                () -> "tier " + tier + ", is " + gateway.degradation().tier(),
                () -> {
                    // Each tier has lasted long enough whenever it is looked at.
                    clockMs.addAndGet(PressureGauge.DWELL_MS);
                    return gateway.degradation().tier() == tier;
                });
    }

    private void append(String id, Priority priority) {
        fixture.append(
                inbox,
                Notification.newBuilder()
                        .setId(id)
                        .setPriority(priority)
                        .setCreateTime(Timestamps.now()));
    }

    private static double gauge(String name, Tag... tags) {
        return Services.get(MeterRegistry.class)
                .meter(Gauge.class, name, List.of(tags))
                .orElseThrow()
                .value()
                .doubleValue();
    }

    @Test
    void lowWaitsForABatchAndGoesOutAheadOfWhatComesAfterIt_D1_D6() {
        press(Pressure.OUTBOUND, 0.3);
        awaitTier(1);
        long read = pagesRead();
        append("low 1", Priority.PRIORITY_LOW);
        append("low 2", Priority.PRIORITY_LOW);
        append("normal", Priority.PRIORITY_NORMAL);
        append("low 3", Priority.PRIORITY_LOW);
        eventually(
                () -> "all in order, got " + phone.ids(),
                () -> phone.ids().equals(List.of("low 1", "low 2", "normal", "low 3")));
        assertThat(phone.seqs(), is(List.of(1L, 2L, 3L, 4L)));
        // Sent, and not found missing and read.
        assertThat(pagesRead(), is(read));
    }

    private static long pagesRead() {
        return ReplayTest.pages("log") + ReplayTest.pages("recent");
    }

    @Test
    void lowIsHeldUntilItsBatchAndComesWhenTheTierIsLeft() {
        press(Pressure.OUTBOUND, 0.3);
        awaitTier(1);
        // Every two seconds all goes out: of some that are sent between two of them one is held.
        eventually(
                "something is held",
                () -> {
                    append("low", Priority.PRIORITY_LOW);
                    return gateway.registry().low().count() > 0;
                });
        press(Pressure.OUTBOUND, 0);
        awaitTier(0);
        append("last", Priority.PRIORITY_LOW);
        eventually("last", () -> phone.ids().contains("last"));
        assertThat(phone.ids().getLast(), is("last"));
        assertThat(
                phone.seqs(),
                is(IntStream.rangeClosed(1, phone.seqs().size()).mapToObj(Long::valueOf).toList()));
        eventually("nothing is held", () -> gateway.registry().low().count() == 0);
    }

    @Test
    void whoComesBackWhileLowIsHeldGetsItFromTheLogAndOnce_D1() {
        press(Pressure.HEAP, 0.85);
        awaitTier(1);
        for (int i = 0; i < 10; i++) {
            append("low " + i, Priority.PRIORITY_LOW);
            FakeTransport tablet = fixture.device(gateway, "alice", "tablet" + i);
            subscribe(tablet, inbox.path());
            int expected = 2 * i + 1;
            eventually(() -> "all, got " + tablet.seqs(), () -> tablet.seqs().size() >= expected);
            append("normal " + i, Priority.PRIORITY_HIGH);
            tablet.lose();
        }
        eventually(() -> "all, got " + phone.seqs(), () -> phone.seqs().size() == 20);
        assertThat(phone.seqs(), is(IntStream.rangeClosed(1, 20).mapToObj(Long::valueOf).toList()));
    }

    @Test
    void whatExpiresWhileItIsHeldIsSkipped_D5() {
        press(Pressure.SCHEDULER, 0.02);
        awaitTier(1);
        long expires = System.currentTimeMillis() + 500;
        fixture.append(
                inbox,
                Notification.newBuilder()
                        .setId("brief")
                        .setPriority(Priority.PRIORITY_LOW)
                        .setCreateTime(Timestamps.now())
                        .setExpireTime(Timestamps.fromMillis(expires)));
        eventually("it has expired", () -> System.currentTimeMillis() > expires);
        append("normal", Priority.PRIORITY_NORMAL);
        eventually("normal", () -> phone.ids().contains("normal"));
        // Unless its batch came first.
        if (phone.ids().size() == 1) {
            ServerFrame skip = phone.await("Skip", ServerFrame::hasSkip);
            assertThat(skip.getSkip().getCounts(0).getReason(), is(SkipReason.SKIP_REASON_EXPIRED));
        }
    }

    @Test
    void inTheThirdTierNobodyNewIsLetInAndWhoIsThereStays() {
        Peer peer = new Peer("192.0.2.7", "test");
        assertThat(gateway.admit(peer), is(instanceOf(Admission.Admitted.class)));
        press(Pressure.SCHEDULER, 1);
        awaitTier(3);
        for (int i = 0; i < 100; i++) {
            Admission.Refused refused = (Admission.Refused) gateway.admit(peer);
            assertThat(refused.label(), is("overloaded"));
            assertThat(
                    refused.retryAfterMs(), allOf(greaterThanOrEqualTo(5_000), lessThan(15_000)));
        }
        append("a", Priority.PRIORITY_NORMAL);
        eventually("a", () -> phone.ids().equals(List.of("a")));
        press(Pressure.SCHEDULER, 0);
        awaitTier(2);
        assertThat(gateway.admit(peer), is(instanceOf(Admission.Admitted.class)));
        awaitTier(0);
    }

    @Test
    void eachChangeIsLoggedAndShownWithThePressureThatCausedIt() {
        ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
        Handler handler = recording(lines);
        Logger logger = Logger.getLogger(Degradation.class.getName());
        logger.addHandler(handler);
        logger.setLevel(Level.ALL);
        try {
            press(Pressure.HEAP, 0.95);
            awaitTier(2);
            assertThat(gauge("heliograph_degradation_tier"), is(2.0));
            assertThat(
                    gauge("heliograph_pressure", Tag.create("measure", "heap")),
                    is(Pressure.HEAP.inTiers(0.95)));
            press(Pressure.HEAP, Double.NaN);
            awaitTier(0);
            assertThat(gauge("heliograph_degradation_tier"), is(0.0));
            eventually(
                    () -> "lines, got " + lines,
                    () ->
                            lines.stream()
                                            .anyMatch(
                                                    it ->
                                                            it.contains("tier 2")
                                                                    && it.contains("heap"))
                                    && lines.stream().anyMatch(it -> it.contains("tier 0")));
        } finally {
            logger.removeHandler(handler);
            logger.setLevel(null);
        }
    }

    private static Handler recording(ConcurrentLinkedQueue<String> lines) {
        return new Handler() {
            @Override
            public void publish(LogRecord entry) {
                lines.add(
                        java.text.MessageFormat.format(
                                entry.getMessage(),
                                entry.getParameters() == null
                                        ? new Object[0]
                                        : entry.getParameters()));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }
}
