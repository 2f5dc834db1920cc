package dev.heliograph.loadtest.swarm;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** An event loop that is blocked is found out by its ticks. */
class OwnLagTest {

    private static final long BLOCKED_MS = 300;

    @Test
    void aBlockedEventLoopCountsEachTickThatItMissed() {
        Tally tally = new Tally(0);
        try (MultiThreadIoEventLoopGroup loops =
                new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory())) {
            EventLoop loop = loops.next();
            OwnLag.watch(loop, tally);
            loop.execute(OwnLagTest::block);
            eventually(
                    "all ticks that were due while it was blocked have come",
                    () ->
                            loop.submit(() -> lag(tally).getTotalCount())
                                            .syncUninterruptibly()
                                            .getNow()
                                    > 30);
            IntervalResult seen =
                    loop.submit(() -> tally.interval(0)).syncUninterruptibly().getNow();
            assertThat(seen.lag().getMaxValue(), is(greaterThan(250_000L)));
            // Each tick that was missed counts, not only the first one after it.
            assertThat(
                    seen.lag().getCountBetweenValues(100_000, 1_000_000_000), is(greaterThan(15L)));
            assertThat(seen.isSwarmTheBottleneck(), is(true));
        }
    }

    @Test
    void aLoopThatIsInTimeIsNotTheBottleneck() {
        Tally tally = new Tally(0);
        for (int i = 0; i < 1_000; i++) {
            tally.lag(TimeUnit.MILLISECONDS.toNanos(i < 990 ? 1 : 100));
        }
        assertThat(tally.interval(0).isSwarmTheBottleneck(), is(false));
    }

    private static Histogram lag(Tally tally) {
        return tally.interval(0).lag();
    }

    private static void block() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(BLOCKED_MS);
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }
}
