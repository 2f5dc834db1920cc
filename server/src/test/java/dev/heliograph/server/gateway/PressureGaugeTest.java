package dev.heliograph.server.gateway;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.closeTo;
import static org.hamcrest.Matchers.is;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** When a tier begins and ends, with a clock of the test's own. */
class PressureGaugeTest {

    private final PressureGauge gauge = new PressureGauge();
    private long nowMs;
    private int tier;

    private int sample(Pressure what, double tiers) {
        nowMs += Degradation.SAMPLE_MS;
        gauge.sample(nowMs, Map.of(what, tiers)).ifPresent(change -> tier = change.to());
        return tier;
    }

    private void dwell() {
        nowMs += PressureGauge.DWELL_MS;
    }

    @Test
    void aTierBeginsWithTheSecondSampleThatSaysSo() {
        assertThat(sample(Pressure.HEAP, 3), is(0));
        assertThat(sample(Pressure.HEAP, 0.5), is(0));
        assertThat(sample(Pressure.HEAP, 3), is(0));
        assertThat(sample(Pressure.HEAP, 1.2), is(1));
        assertThat(sample(Pressure.OUTBOUND, 3), is(1));
        assertThat(sample(Pressure.OUTBOUND, 3), is(3));
    }

    @Test
    void aTierIsLeftBelowWhereItBeganAndNotBeforeItsTime() {
        sample(Pressure.HEAP, 1);
        assertThat(sample(Pressure.HEAP, 1), is(1));
        assertThat(sample(Pressure.HEAP, 0), is(1));
        dwell();
        assertThat(sample(Pressure.HEAP, 0.8), is(1));
        assertThat(sample(Pressure.HEAP, 0.7), is(0));
    }

    @Test
    void tiersAreLeftOneByOne() {
        sample(Pressure.MAILBOX, 3);
        assertThat(sample(Pressure.MAILBOX, 3), is(3));
        for (int below = 2; below >= 0; below--) {
            dwell();
            assertThat(sample(Pressure.MAILBOX, 0), is(below));
            assertThat(sample(Pressure.MAILBOX, 0), is(below));
        }
    }

    @Test
    void aMeasureThatStaysHighDoesNotKeepTheDoorClosedForEver() {
        sample(Pressure.SCHEDULER, 3);
        assertThat(sample(Pressure.SCHEDULER, 3), is(3));
        nowMs += PressureGauge.LONGEST_CLOSED_MS;
        assertThat(sample(Pressure.SCHEDULER, 3), is(2));
        assertThat(gauge.distrusted(), is(Set.of(Pressure.SCHEDULER)));
        for (int i = 0; i < 10_000; i++) {
            assertThat(sample(Pressure.SCHEDULER, 3), is(2));
        }
        // Another one counts, and this one again when it was lower.
        sample(Pressure.HEAP, 3);
        assertThat(sample(Pressure.HEAP, 3), is(3));
        dwell();
        while (tier > 0) {
            sample(Pressure.HEAP, 0);
        }
        sample(Pressure.SCHEDULER, 3);
        assertThat(sample(Pressure.SCHEDULER, 3), is(3));
    }

    @Test
    void pressuresAreMeasuredInTiers() {
        assertThat(Pressure.OUTBOUND.inTiers(0.125), is(closeTo(0.5, 1e-9)));
        assertThat(Pressure.OUTBOUND.inTiers(0.25), is(closeTo(1, 1e-9)));
        assertThat(Pressure.HEAP.inTiers(0.95), is(closeTo(2.5, 1e-9)));
        assertThat(Pressure.HEAP.inTiers(1), is(3.0));
        assertThat(Pressure.CONNECTIONS.inTiers(1), is(2.0));
        assertThat(Pressure.MAILBOX.inTiers(1e9) < 3, is(true));
        assertThat(Pressure.HEAP.inTiers(Double.POSITIVE_INFINITY), is(3.0));
        for (double wrong : new double[] {Double.NaN, -1, Double.NEGATIVE_INFINITY}) {
            assertThat(Pressure.HEAP.inTiers(wrong), is(0.0));
        }
    }

    @Test
    void whatACollectionLongAgoHasLeftIsNoPressure() {
        AtomicLong left = new AtomicLong(90);
        AtomicLong clock = new AtomicLong(1_000_000);
        HeapAfterCollection heap = new HeapAfterCollection(left::get, 100, clock::get);
        assertThat(heap.getAsDouble(), is(0.0));
        left.set(95);
        assertThat(heap.getAsDouble(), is(0.95));
        clock.addAndGet(HeapAfterCollection.FRESH_MS);
        assertThat(heap.getAsDouble(), is(0.0));
    }
}
