package dev.heliograph.server.notify;

import com.google.rpc.Status;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.LogAppender;
import dev.heliograph.server.log.LogAppender.Append;
import dev.heliograph.server.log.LogAppender.Appended;
import dev.heliograph.server.observe.NotifyMetrics;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/** The appends of one call: so many at a time, and all within the call's time limit. */
final class AppendCall {

    /** Keeps the connection to Redis full; a call for a million channels takes no more of it. */
    private static final int MAX_IN_FLIGHT = 1_000;

    private static final String TIMED_OUT =
            "The log did not answer within the server's time limit: repeat the call with the same"
                    + " idempotency_key";

    private final LogAppender log;
    private final NotifyMetrics metrics;
    private final long startNanos = System.nanoTime();
    private final long limitNanos;
    private final Semaphore inFlight = new Semaphore(MAX_IN_FLIGHT);

    AppendCall(LogAppender log, NotifyMetrics metrics, Duration timeLimit) {
        this.log = log;
        this.metrics = metrics;
        this.limitNanos = timeLimit.toNanos();
    }

    /** How an append ended. */
    sealed interface Outcome {
        /** Stored. */
        record Done(Appended appended) implements Outcome {}

        /** Handed to so many gateways, and stored nowhere. */
        record Sent(int gateways) implements Outcome {}

        /** Not stored, or unknown. */
        record Failed(Status error) implements Outcome {}
    }

    /** An append under way. */
    interface Pending {
        Channel channel();

        Outcome await();
    }

    /** Appends, once fewer than the bound are in flight. */
    Pending append(Append append) {
        return start(
                append.channel(),
                () -> log.append(append).whenComplete((appended, failure) -> count(appended)),
                Outcome.Done::new);
    }

    /** Hands on what is ephemeral, once fewer than the bound are in flight. */
    Pending send(Channel channel, byte[] envelope) {
        return start(
                channel,
                () ->
                        log.send(channel, envelope)
                                .whenComplete((gateways, failure) -> countSent(gateways)),
                Outcome.Sent::new);
    }

    private <T> Pending start(
            Channel channel, Supplier<CompletableFuture<T>> call, Function<T, Outcome> outcome) {
        CompletableFuture<T> future;
        try {
            if (!inFlight.tryAcquire(remainingNanos(), TimeUnit.NANOSECONDS)) {
                return new Open(channel, CompletableFuture.failedFuture(new TimeoutException()));
            }
            future = call.get();
            var _ = future.whenComplete((answer, failure) -> inFlight.release());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            future = CompletableFuture.failedFuture(new TimeoutException());
        }
        return new Open(channel, future.thenApply(outcome));
    }

    private void count(Appended appended) {
        if (appended != null) {
            metrics.stored(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
            if (appended.duplicate()) {
                metrics.duplicate();
            }
        }
    }

    private void countSent(Integer gateways) {
        if (gateways != null) {
            metrics.ephemeral();
        }
    }

    private long remainingNanos() {
        return Math.max(0, limitNanos - (System.nanoTime() - startNanos));
    }

    private final class Open implements Pending {
        private final Channel channel;
        private final CompletableFuture<Outcome> future;

        private Open(Channel channel, CompletableFuture<Outcome> future) {
            this.channel = channel;
            this.future = future;
        }

        @Override
        public Channel channel() {
            return channel;
        }

        @Override
        public Outcome await() {
            try {
                return future.get(remainingNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                return new Outcome.Failed(NotifyErrors.unavailable(TIMED_OUT));
            } catch (ExecutionException e) {
                return new Outcome.Failed(
                        e.getCause() instanceof TimeoutException
                                ? NotifyErrors.unavailable(TIMED_OUT)
                                : NotifyErrors.of(e.getCause()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new Outcome.Failed(NotifyErrors.unavailable(TIMED_OUT));
            }
        }
    }
}
