package dev.heliograph.loadtest;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Books every notification of a run: sent, stored, and how often a handler got it. A notification's
 * number and the time when it was meant to be sent lead its payload, so that latency counts from
 * the schedule and not from when a loaded sender came round to it.
 */
final class Ledger {

    /** Number, intended time. */
    static final int HEADER_BYTES = 2 * Long.BYTES;

    /** Beyond this a notification is late in any case. */
    private static final long MAX_LATENCY_MICROS = 600_000_000L;

    private static final int SIGNIFICANT_DIGITS = 3;
    private static final long NANOS_PER_MICRO = 1_000;

    private static final int STORED = 1 << 30;

    private final int firstMeasured;
    private final byte[] filler;
    /* Per notification: how often it came, and STORED. */
    private final AtomicIntegerArray book;
    private final AtomicInteger delivered = new AtomicInteger();
    private final AtomicInteger stored = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicReference<String> firstFailure = new AtomicReference<>("");
    private final AtomicLong foreign = new AtomicLong();
    private final Recorder latencyMicros = new Recorder(MAX_LATENCY_MICROS, SIGNIFICANT_DIGITS);

    /**
     * A ledger.
     *
     * @param total notifications of the run
     * @param firstMeasured number of the first one whose latency counts; those before are warm-up
     * @param payloadBytes size of each payload, at least {@link #HEADER_BYTES}
     */
    Ledger(int total, int firstMeasured, int payloadBytes) {
        this.firstMeasured = firstMeasured;
        this.book = new AtomicIntegerArray(total);
        this.filler = new byte[payloadBytes - HEADER_BYTES];
    }

    ByteString payload(int number, long intendedNanos) {
        ByteBuffer payload = ByteBuffer.allocate(HEADER_BYTES + filler.length);
        payload.putLong(number).putLong(intendedNanos).put(filler).flip();
        return ByteString.copyFrom(payload);
    }

    /** The Notify API has stored it. */
    void stored(int number) {
        book.getAndUpdate(number, entry -> entry | STORED);
        stored.incrementAndGet();
    }

    /** The Notify API has not stored it, or it is not known. */
    void failed(Throwable failure) {
        firstFailure.compareAndSet("", String.valueOf(failure.getMessage()));
        failed.incrementAndGet();
    }

    /** A handler has got it. */
    void delivered(ByteString payload, long nowNanos) {
        if (payload.size() != HEADER_BYTES + filler.length) {
            foreign.incrementAndGet();
            return;
        }
        ByteBuffer header = payload.asReadOnlyByteBuffer();
        int number = (int) header.getLong();
        long intendedNanos = header.getLong();
        if ((book.incrementAndGet(number) & ~STORED) == 1) {
            delivered.incrementAndGet();
            if (number >= firstMeasured) {
                long micros = Math.max(0, (nowNanos - intendedNanos) / NANOS_PER_MICRO);
                latencyMicros.recordValue(Math.min(MAX_LATENCY_MICROS, micros));
            }
        }
    }

    /** Notifications that some handler got. */
    int delivered() {
        return delivered.get();
    }

    /** Calls that have ended, well or not. */
    int answered() {
        return stored.get() + failed.get();
    }

    /** Whether every stored notification has come. */
    boolean isSettled() {
        return answered() == book.length() && delivered() >= stored.get();
    }

    int failed() {
        return failed.get();
    }

    String firstFailure() {
        return firstFailure.get();
    }

    /** Stored and never delivered. */
    int lost() {
        int lost = 0;
        for (int number = 0; number < book.length(); number++) {
            if (book.get(number) == STORED) {
                lost++;
            }
        }
        return lost;
    }

    /** Deliveries beyond the first of each notification, and those that nobody sent. */
    long duplicates() {
        long duplicates = foreign.get();
        for (int number = 0; number < book.length(); number++) {
            duplicates += Math.max(0, (book.get(number) & ~STORED) - 1);
        }
        return duplicates;
    }

    Histogram latencyMicros() {
        return latencyMicros.getIntervalHistogram();
    }
}
