package dev.heliograph.server.websocket;

import java.util.concurrent.TimeUnit;

/**
 * How fast one peer is read: what devices say is small, so one that sends megabytes is made to wait
 * by its own kernel, and the threads of the others have their turn. Owned by the connection's
 * reader thread; time comes from outside.
 */
final class ReadPace {

    /** So 1 MB a second. */
    private static final int NANOS_PER_BYTE = 1_000;

    /** What is thrown away costs next to nothing. */
    private static final int LATE_BYTES_PER_BYTE = 64;

    /** What may still be on its way from a peer that broke a rule. */
    private static final int MOST_LATE_BYTES = 16 << 20;

    /** As many bytes as this is worth may come at once. */
    private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** When all that was read will have been paid for. */
    private long paidAtNanos;

    private long lateBytes;

    /** One whose peer has sent nothing yet. */
    ReadPace(long nowNanos) {
        paidAtNanos = nowNanos;
    }

    /**
     * So many bytes were read.
     *
     * @param late whether they are no frames any more, and thrown away
     * @return nanoseconds to wait before the next read; 0 for none
     */
    long read(int bytes, boolean late, long nowNanos) {
        long cost = (long) bytes * NANOS_PER_BYTE;
        if (late) {
            lateBytes += bytes;
            cost = lateBytes > MOST_LATE_BYTES ? cost : cost / LATE_BYTES_PER_BYTE;
        }
        long debt = Math.max(0, paidAtNanos - nowNanos) + cost;
        paidAtNanos = nowNanos + debt;
        return Math.max(0, debt - BURST_NANOS);
    }
}
