package dev.heliograph.loadtest.swarm;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;

/**
 * How late an event loop is: a tick is due every 10 ms, and its delay is recorded. While the loop
 * is blocked ticks pile up, each with its own delay, so that a pause counts by its length.
 */
final class OwnLag {

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Tally tally;
    private long dueNanos = System.nanoTime() + TICK_NANOS;

    private OwnLag(Tally tally) {
        this.tally = tally;
    }

    static void watch(EventLoop loop, Tally tally) {
        OwnLag lag = new OwnLag(tally);
        var _ = loop.scheduleAtFixedRate(lag::tick, TICK_NANOS, TICK_NANOS, TimeUnit.NANOSECONDS);
    }

    private void tick() {
        tally.lag(System.nanoTime() - dueNanos);
        dueNanos += TICK_NANOS;
    }
}
