package dev.heliograph.server.websocket;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class FlushersTest {

    private static final Duration STALL = Duration.ofMillis(300);

    private final CountDownLatch release = new CountDownLatch(1);
    private Flushers flushers = new Flushers(2, STALL);

    @AfterEach
    void stop() {
        release.countDown();
        flushers.close();
    }

    @Test
    void stuckWritesDoNotHoldUpTheOthers() throws Exception {
        for (int i = 0; i < 20; i++) {
            flushers.ready(new Target(1, release));
        }
        CountDownLatch done = new CountDownLatch(1);
        flushers.ready(new Target(1, null).then(done::countDown));
        // Nothing has released the twenty.
        assertThat(done.await(20, TimeUnit.SECONDS), is(true));
    }

    @Test
    void aTargetThatWasStuckGetsAThreadOfItsOwnUntilItIsFastAgain() throws Exception {
        CountDownLatch drained = new CountDownLatch(1);
        Target slow = new Target(3, release).then(drained::countDown);
        flushers.ready(slow);
        assertThat(slow.entered.await(20, TimeUnit.SECONDS), is(true));
        Wait.until(() -> slow.stalls.get() > 0);
        release.countDown();
        assertThat(drained.await(20, TimeUnit.SECONDS), is(true));
        Wait.until(() -> slow.slow);

        CountDownLatch again = new CountDownLatch(1);
        slow.gathers.set(1);
        slow.then(again::countDown);
        flushers.ready(slow);
        assertThat(again.await(20, TimeUnit.SECONDS), is(true));
        Wait.until(() -> !slow.slow);
        assertThat("never two writers", slow.overlaps.get(), is(0));
    }

    @RepeatedTest(3)
    void platformThreadsAreOnlySoManyHoweverManyAreStuck() {
        assertThat("at first", writesOnPlatformThread(), is(true));
        for (int i = 0; i < 2 * Flushers.MOST_STUCK; i++) {
            flushers.ready(new Target(1, release));
        }
        Wait.until(() -> !writesOnPlatformThread());
        release.countDown();
        Wait.until(this::writesOnPlatformThread);
    }

    private boolean writesOnPlatformThread() {
        CompletableFuture<Boolean> platform = new CompletableFuture<>();
        flushers.ready(
                new Target(1, null)
                        .then(() -> platform.complete(!Thread.currentThread().isVirtual())));
        return platform.orTimeout(20, TimeUnit.SECONDS).join();
    }

    @Test
    void aStallIsReportedAfterTheTimeout() {
        Target stuck = new Target(1, release);
        flushers.ready(stuck);
        Wait.until(() -> stuck.stalls.get() > 0);
    }

    @Test
    void anUnansweredCloseIsReportedAndAForgottenOneIsNot() {
        Target forgotten = new Target(0, null);
        Target watched = new Target(0, null);
        forgotten.closeDeadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
        watched.closeDeadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200);
        flushers.watchClose(forgotten);
        flushers.watchClose(watched);
        flushers.forget(forgotten);
        Wait.until(() -> watched.overdue.get() == 1);
        assertThat(forgotten.overdue.get(), is(0));
    }

    @Test
    void anEndlessQueueTakesTurnsWithTheOthers() throws Exception {
        flushers.close();
        flushers = new Flushers(1, STALL);
        Target endless = new Target(Integer.MAX_VALUE, null);
        flushers.ready(endless);
        assertThat(endless.entered.await(20, TimeUnit.SECONDS), is(true));
        CountDownLatch done = new CountDownLatch(1);
        flushers.ready(new Target(1, null).then(done::countDown));
        assertThat(done.await(20, TimeUnit.SECONDS), is(true));
        endless.gathers.set(1);
        Wait.until(() -> endless.gathers.get() <= 0);
        assertThat(endless.overlaps.get(), is(0));
    }

    /** Has so many gathers to write; blocks in each until released. */
    private static final class Target extends FlushTarget {
        final AtomicInteger gathers;
        final AtomicInteger stalls = new AtomicInteger();
        final AtomicInteger overdue = new AtomicInteger();
        final AtomicInteger overlaps = new AtomicInteger();
        final AtomicInteger inside = new AtomicInteger();
        final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch gate;
        private volatile Runnable then = () -> {};

        Target(int gathers, CountDownLatch gate) {
            this.gathers = new AtomicInteger(gathers);
            this.gate = gate;
        }

        Target then(Runnable then) {
            this.then = then;
            return this;
        }

        @Override
        boolean flush() {
            if (inside.getAndIncrement() != 0) {
                overlaps.incrementAndGet();
            }
            entered.countDown();
            try {
                if (gate != null) {
                    gate.await();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            inside.decrementAndGet();
            boolean more = gathers.decrementAndGet() > 0;
            if (!more) {
                then.run();
            }
            return more;
        }

        @Override
        void stalled() {
            stalls.incrementAndGet();
        }

        @Override
        void closeOverdue() {
            overdue.incrementAndGet();
        }
    }
}
