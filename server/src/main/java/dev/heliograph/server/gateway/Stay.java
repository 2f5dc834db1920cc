package dev.heliograph.server.gateway;

import java.time.Duration;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * How long one session may stay on its gateway. Times are milliseconds of a clock that never goes
 * back. Safe for any thread.
 */
final class Stay {

    /** Of an age, up and down: sessions that came together do not leave together. */
    private static final double JITTER = 0.1;

    private static final long FOR_EVER = Long.MAX_VALUE;

    /** What is to be done with the session. */
    enum Verdict {
        /** Nothing. */
        STAYS,
        /** It is as old as it may get, and has to be asked to move. */
        OLD,
        /** It was asked long ago and is still there: it has to be closed. */
        OVERDUE
    }

    private final long oldAtMs;
    private final long graceMs;
    private long closeAtMs = FOR_EVER;

    /**
     * A stay that begins.
     *
     * @param maxAge of the session; empty for none
     * @param grace how long it may stay after it was asked to move
     * @param random yields values in [0, 1)
     */
    Stay(Optional<Duration> maxAge, Duration grace, long nowMs, DoubleSupplier random) {
        double factor = 1 - JITTER + 2 * JITTER * random.getAsDouble();
        this.oldAtMs = maxAge.map(age -> nowMs + (long) (age.toMillis() * factor)).orElse(FOR_EVER);
        this.graceMs = grace.toMillis();
    }

    /** It is to be asked to move now; false when it was before. */
    synchronized boolean ask(long nowMs) {
        if (closeAtMs != FOR_EVER) {
            return false;
        }
        closeAtMs = nowMs + graceMs;
        return true;
    }

    /** What is to be done now. */
    synchronized Verdict look(long nowMs) {
        if (nowMs >= closeAtMs) {
            return Verdict.OVERDUE;
        }
        return closeAtMs == FOR_EVER && nowMs >= oldAtMs ? Verdict.OLD : Verdict.STAYS;
    }
}
