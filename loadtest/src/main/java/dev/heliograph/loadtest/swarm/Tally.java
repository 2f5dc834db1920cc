package dev.heliograph.loadtest.swarm;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What is counted in one process. Belongs to its event loop. */
final class Tally {

    /** Kinds of ends and failures that are told apart; the rest is one kind. */
    private static final int MAX_KINDS = 30;

    private static final String OTHER = "other";

    int up;
    int ready;
    long received;
    long duplicates;
    long foreign;
    long late;
    long holes;
    long resets;
    long connects;
    private final Map<String, Long> ends = new HashMap<>();
    private final Map<String, Long> failures = new HashMap<>();

    private final Histogram latency = Micros.histogram();
    private final Histogram connect = Micros.histogram();
    private final Histogram away = Micros.histogram();
    private final Histogram lag = Micros.histogram();
    private long beganNanos = System.nanoTime();
    private long beganEpochNanos;
    private Snapshot before = Snapshot.NOTHING;
    private final long offsetNanos;

    /** With what {@link System#nanoTime} is to be corrected by. */
    Tally(long offsetNanos) {
        this.offsetNanos = offsetNanos;
    }

    void arrived(long intendedEpochNanos) {
        if (intendedEpochNanos >= beganEpochNanos) {
            record(latency, System.nanoTime() + offsetNanos - intendedEpochNanos);
        }
    }

    void connected(long tookNanos) {
        connects++;
        record(connect, tookNanos);
    }

    void back(long awayNanos) {
        record(away, awayNanos);
    }

    void lag(long lateNanos) {
        record(lag, lateNanos);
    }

    void ended(String how) {
        count(ends, how);
    }

    void failed(String why) {
        count(failures, why);
    }

    Snapshot snapshot(long missing) {
        return new Snapshot(
                up,
                ready,
                received,
                duplicates,
                foreign,
                late,
                missing,
                holes,
                resets,
                connects,
                Map.copyOf(ends),
                Map.copyOf(failures));
    }

    /** An interval begins. */
    void begin(long missing) {
        latency.reset();
        connect.reset();
        away.reset();
        lag.reset();
        beganNanos = System.nanoTime();
        beganEpochNanos = beganNanos + offsetNanos;
        before = snapshot(missing);
    }

    /** The interval until now. */
    IntervalResult interval(long missing) {
        return new IntervalResult(
                (double) (System.nanoTime() - beganNanos) / TimeUnit.SECONDS.toNanos(1),
                snapshot(missing).since(before),
                latency,
                connect,
                away,
                lag);
    }

    private static void count(Map<String, Long> kinds, String kind) {
        kinds.merge(
                kinds.size() < MAX_KINDS || kinds.containsKey(kind) ? kind : OTHER, 1L, Long::sum);
    }

    private static void record(Histogram histogram, long nanos) {
        Micros.record(histogram, nanos);
    }
}
