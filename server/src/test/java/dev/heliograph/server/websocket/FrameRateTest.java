package dev.heliograph.server.websocket;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FrameRateTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private static int taken(FrameRate rate, long now) {
        int taken = 0;
        while (rate.take(now)) {
            taken++;
        }
        return taken;
    }

    @Test
    void takesTwoSecondsWorthAtOnceAndThenAsManyAsTimeBrings() {
        long now = Long.MAX_VALUE - SECOND; // System.nanoTime may overflow at any time
        FrameRate rate = new FrameRate(200, now);
        assertThat(taken(rate, now), is(400));
        assertThat(taken(rate, now + SECOND / 2), is(100));
        assertThat(taken(rate, now + 4 * SECOND), is(400));
        assertThat(taken(rate, now + 100 * SECOND), is(400));
    }

    @Test
    void neverStopsADeviceThatAcknowledgesEachOfItsSubscriptionsAsOftenAsTheSdksDo_A1() {
        int subscriptions = 100;
        FrameRate rate = new FrameRate(20 * subscriptions, 0);
        assertThat("Hello", rate.take(0), is(true));
        for (int i = 0; i < 2 * subscriptions; i++) {
            assertThat("Subscribe and the newest Ack of each", rate.take(0), is(true));
        }
        for (long now = 0; now < 600 * SECOND; now += SECOND / 10) {
            for (int i = 0; i < subscriptions; i++) {
                assertThat("at " + now, rate.take(now), is(true));
            }
        }
    }
}
