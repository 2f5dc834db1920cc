package dev.heliograph.server.gateway;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;

import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.server.config.ServerConfig.GatewayConfig;
import dev.heliograph.server.config.ServerConfig.MovesConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A gateway that holds many more than the others lets some go. */
class RebalanceTest {

    private static final long STEP_MS = Rebalance.Pace.DEFAULT.every().toMillis();
    private static final long QUIET_MS = Rebalance.Pace.DEFAULT.quiet().toMillis();

    private final Rebalance rebalance = new Rebalance("a", Rebalance.Pace.DEFAULT);
    private final Map<String, Integer> held = new HashMap<>();
    private long nowMs = 1_000_000;

    /** Lets time pass, and each device that is asked moves to gateway b. Returns how many did. */
    private int during(long ms) {
        int moved = 0;
        for (long end = nowMs + ms; nowMs < end; nowMs += STEP_MS) {
            int asked = rebalance.surplus(held, nowMs);
            if (asked > 0) {
                held.merge("a", -asked, Integer::sum);
                held.merge("b", asked, Integer::sum);
                moved += asked;
            }
        }
        return moved;
    }

    private void hold(int a, int b) {
        held.putAll(Map.of("a", a, "b", b));
    }

    @Test
    void aSurplusMovesAtOnePercentAMinuteUntilTheMeanIsReached() {
        hold(10_000, 2_000);
        assertThat(during(QUIET_MS), is(0));
        assertThat(during(60_000), is(99));
        assertThat(during(Duration.ofHours(2).toMillis()), is(10_000 - 6_000 - 99));
        assertThat(held.get("a"), is(6_000));
    }

    @Test
    void upToTwentyPercentAboveTheMeanNothingMoves() {
        hold(1_200, 800);
        assertThat(during(Duration.ofHours(1).toMillis()), is(0));
        hold(1_202, 798);
        assertThat(during(Duration.ofHours(3).toMillis()), is(202));
    }

    @Test
    void aFewConnectionsAreNotWorthIt() {
        hold(150, 0);
        assertThat(during(Duration.ofHours(1).toMillis()), is(0));
    }

    @Test
    void nothingMovesForFiveMinutesAfterAGatewayHasComeOrGone() {
        hold(10_000, 2_000);
        during(QUIET_MS + 60_000);
        held.put("c", 0);
        assertThat(during(QUIET_MS), is(0));
        assertThat(during(60_000) > 0, is(true));
        held.remove("c");
        assertThat(during(QUIET_MS), is(0));
        assertThat(during(60_000) > 0, is(true));
    }

    @Test
    void timeWithoutCountsIsNotCaughtUpWith() {
        hold(10_000, 2_000);
        during(QUIET_MS);
        nowMs += Duration.ofHours(1).toMillis();
        assertThat(rebalance.surplus(held, nowMs), is(100));
    }

    @Test
    void aloneNothingMoves() {
        held.put("a", 10_000);
        assertThat(during(Duration.ofHours(1).toMillis()), is(0));
    }

    @Test
    void realGatewaysShareDevicesThatOneOfThemHas_G4() {
        MovesConfig moves = new MovesConfig(Duration.ZERO, Duration.ZERO, Optional.empty(), true);
        GatewayConfig base = GatewayFixture.CONFIG;
        GatewayConfig config =
                new GatewayConfig(
                        base.heartbeatInterval(),
                        base.heartbeatTimeout(),
                        base.helloTimeout(),
                        base.maxMessageBytes(),
                        base.maxSubscriptions(),
                        base.maxConnections(),
                        base.outboxSoftLimitBytes(),
                        base.stallTimeout(),
                        moves,
                        base.limits());
        // One device a step of a tenth of a second.
        Paces fast =
                new Paces(
                        AntiEntropy.Pace.DEFAULT,
                        new Rebalance.Pace(
                                Duration.ofMillis(100), Duration.ofMillis(200), 2, 6_000));
        try (GatewayFixture fixture = new GatewayFixture()) {
            Gateway full = fixture.gateway("full", config, fast);
            Gateway empty = fixture.gateway("empty", config, fast);
            List<FakeTransport> devices =
                    IntStream.range(0, 10)
                            .mapToObj(i -> fixture.device(full, "u" + i, "phone"))
                            .toList();
            Map<FakeTransport, FakeTransport> moved = new HashMap<>();
            eventually(
                    "the devices are shared",
                    () -> {
                        for (int i = 0; i < devices.size(); i++) {
                            FakeTransport device = devices.get(i);
                            if (goAways(device) > 0 && !moved.containsKey(device)) {
                                moved.put(device, fixture.device(empty, "u" + i, "phone"));
                                device.lose();
                            }
                        }
                        return moved.size() >= 4;
                    });
            assertThat(devices.stream().mapToLong(RebalanceTest::goAways).max().orElse(0), is(1L));
            assertThat(moved.size(), is(greaterThanOrEqualTo(4)));
            assertThat(
                    "nobody goes back",
                    moved.values().stream().mapToLong(RebalanceTest::goAways).sum(),
                    is(0L));
        }
    }

    private static long goAways(FakeTransport device) {
        return device.frames().stream().filter(ServerFrame::hasGoAway).count();
    }
}
