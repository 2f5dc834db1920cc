package dev.heliograph.loadtest.scenario;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.closeTo;
import static org.hamcrest.Matchers.is;

import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class TrendTest {

    private static final double SLACK = 10;

    @Test
    void aLeakRises() {
        Trend leak = trend(second -> 1_000 + 10.0 * second);

        assertThat(leak.rises(), is(true));
        assertThat(leak.perMinute(), is(closeTo(600, 1e-6)));
    }

    @Test
    void whatFillsInTheFirstHalfAndThenStaysDoesNotRise() {
        assertThat(trend(second -> Math.min(second, 50) * 100.0).rises(), is(false));
    }

    @Test
    void noiseDoesNotRise() {
        assertThat(trend(second -> 1_000 + (second % 2 == 0 ? 50 : -50)).rises(), is(false));
    }

    @Test
    void growthWithinTheSlackDoesNotRise() {
        assertThat(trend(second -> 1 + second / 10.0).rises(), is(false));
    }

    private static Trend trend(IntToDoubleFunction value) {
        Trend trend = new Trend(SLACK);
        for (int second = 0; second <= 100; second += 5) {
            trend.add(second, value.applyAsDouble(second));
        }
        return trend;
    }
}
