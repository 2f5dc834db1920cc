package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.peer.Publisher;
import dev.heliograph.loadtest.swarm.Sent;
import dev.heliograph.loadtest.swarm.TopicPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** A backend: sends, bounds the calls under way, and books what failed. */
final class Producer {

    /** What a call may take: all attempts of an SDK with their waits, on a machine that is busy. */
    private static final Duration ANSWER_TIMEOUT = Duration.ofMinutes(3);

    private static final int SIGNIFICANT_DIGITS = 3;
    private static final long MAX_CALL_MICROS = 600_000_000L;
    private static final long NANOS_PER_MICRO = 1_000;

    private final Supplier<Publisher> publisher;
    private final Sent sent;
    private final int most;
    private final Semaphore inFlight;
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicReference<String> firstFailure = new AtomicReference<>("");
    private final Recorder callMicros = new Recorder(MAX_CALL_MICROS, SIGNIFICANT_DIGITS);

    /**
     * A backend.
     *
     * @param inFlight most calls under way at a time, as a pool of workers has them. What is due
     *     while all are busy waits, and its wait counts as latency
     */
    Producer(Supplier<Publisher> publisher, Sent sent, int inFlight) {
        this.publisher = publisher;
        this.sent = sent;
        this.most = inFlight;
        this.inFlight = new Semaphore(inFlight);
    }

    /** Sends at a fixed rate, whatever becomes of the calls. */
    void open(Audience.Choice choice, int perSecond, double seconds) {
        OpenLoop.run(
                0,
                (int) Math.max(1, perSecond * seconds),
                perSecond,
                (number, due) -> send(choice.next(number), due));
    }

    /** The same in a thread of its own, until it is closed, which waits for the last one. */
    Load load(Audience.Choice choice, int perSecond) {
        return new Load(this, choice, perSecond);
    }

    /** The same with a rate that rises evenly from 0. */
    void ramp(Audience.Choice choice, int perSecond, double seconds) {
        OpenLoop.ramp(
                0,
                (int) (perSecond * seconds / 2),
                perSecond,
                (number, due) -> send(choice.next(number), due));
    }

    /** Sends as fast as answers come, with all workers. */
    void closed(Audience.Choice choice, double seconds) {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        for (int number = 0; System.nanoTime() < end; number++) {
            inFlight.acquireUninterruptibly();
            sendNow(choice.next(number), System.nanoTime());
        }
    }

    /** The same with many in a call, to one user after the other. */
    void closedBatches(int users, int perCall, double seconds) {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        for (int next = 0; System.nanoTime() < end; ) {
            inFlight.acquireUninterruptibly();
            long now = System.nanoTime();
            List<String> names = new ArrayList<>(perCall);
            List<Sent.Shipment> shipments = new ArrayList<>(perCall);
            for (int i = 0; i < perCall; i++, next = (next + 1) % users) {
                names.add("u" + next);
                shipments.add(sent.toUser(next, now));
            }
            List<byte[]> payloads = shipments.stream().map(Sent.Shipment::payload).toList();
            book(publisher.get().toUsers(names, payloads), shipments, now);
        }
    }

    /** Sends one, when a worker is free. */
    void send(Audience audience, long dueNanos) {
        inFlight.acquireUninterruptibly();
        sendNow(audience, dueNanos);
    }

    private void sendNow(Audience audience, long dueNanos) {
        Sent.Shipment shipment;
        CompletableFuture<Void> call;
        switch (audience) {
            case Audience.User(int number) -> {
                shipment = sent.toUser(number, dueNanos);
                call = publisher.get().toUser("u" + number, shipment.payload());
            }
            case Audience.Topic(int number) -> {
                shipment = sent.toTopic(number, dueNanos);
                call = publisher.get().toTopic(TopicPlan.name(number), shipment.payload());
            }
        }
        book(call, List.of(shipment), System.nanoTime());
    }

    private void book(CompletableFuture<Void> call, List<Sent.Shipment> shipments, long began) {
        calls.addAndGet(shipments.size());
        var _ =
                call.whenComplete(
                        (_, failure) -> {
                            callMicros.recordValue(
                                    Math.min(
                                            MAX_CALL_MICROS,
                                            (System.nanoTime() - began) / NANOS_PER_MICRO));
                            if (failure != null) {
                                firstFailure.compareAndSet("", String.valueOf(failure));
                                failures.addAndGet(shipments.size());
                                shipments.forEach(it -> sent.failed(it.number()));
                            }
                            inFlight.release();
                        });
    }

    /** Waits until no call is under way. */
    void awaitAnswers() throws InterruptedException {
        if (!inFlight.tryAcquire(most, ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(
                    "%d calls have not been answered within %d s"
                            .formatted(
                                    most - inFlight.availablePermits(),
                                    ANSWER_TIMEOUT.toSeconds()));
        }
        inFlight.release(most);
    }

    /** Notifications sent so far, failed ones among them. */
    long sent() {
        return calls.get();
    }

    /** Of these, such as are not known to be taken over. */
    long failed() {
        return failures.get();
    }

    /** What the first failed call said; empty when none failed. */
    String firstFailure() {
        return firstFailure.get();
    }

    /** How long calls took since this was asked last, in µs. */
    Histogram callMicros() {
        return callMicros.getIntervalHistogram();
    }
}
