package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.report.Moment;
import io.lettuce.core.RedisException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Figures by time, from the first device to the end. */
final class Timeline implements AutoCloseable {

    /** Shows how a storm goes, and costs next to nothing. */
    private static final Duration FIRST_PERIOD = Duration.ofMillis(250);

    /** More than a plot has pixels for; then every second one goes, and they come half as often. */
    private static final int MAX_POINTS = 1_200;

    private static final double NANOS_PER_SECOND = 1e9;

    /** Where points come from. */
    @FunctionalInterface
    interface Source {
        /** The moment of now, {@code second} seconds after the beginning. */
        Moment read(double second) throws IOException;
    }

    private final Source source;
    private final long began = System.nanoTime();
    private final ReentrantLock lock = new ReentrantLock();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    /* Guarded by lock. */
    private final List<Moment> points = new ArrayList<>();
    private volatile Duration period = FIRST_PERIOD;

    Timeline(Source source) {
        this.source = source;
        this.thread = Thread.ofVirtual().name("timeline").start(this::sample);
    }

    private void sample() {
        try {
            while (!closed.await(period.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    add(source.read((System.nanoTime() - began) / NANOS_PER_SECOND));
                } catch (IOException | RedisException | IllegalStateException _) {
                    // A process that restarts has no figures for a moment.
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void add(Moment point) {
        lock.lock();
        try {
            points.add(point);
            if (points.size() >= MAX_POINTS) {
                List<Moment> kept = new ArrayList<>();
                for (int i = 1; i < points.size(); i += 2) {
                    kept.add(points.get(i));
                }
                points.clear();
                points.addAll(kept);
                period = period.multipliedBy(2);
            }
        } finally {
            lock.unlock();
        }
    }

    /** All so far. */
    List<Moment> points() {
        lock.lock();
        try {
            return List.copyOf(points);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
