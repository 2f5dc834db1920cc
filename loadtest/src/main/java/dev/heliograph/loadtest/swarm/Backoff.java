package dev.heliograph.loadtest.swarm;

import java.util.concurrent.ThreadLocalRandom;

/** Waits between attempts to come back, as SDKs have them (G-3). */
final class Backoff {

    private static final long BASE_MS = 500;
    private static final long CAP_MS = 20_000;
    private static final long LEAST_MS = 100;

    /** From here on the cap holds. */
    private static final int MAX_SHIFT = 6;

    private Backoff() {}

    /** Before attempt n, which counts from 0. */
    static long millis(int attempt) {
        long most = Math.min(CAP_MS, BASE_MS << Math.min(attempt, MAX_SHIFT));
        return Math.max(LEAST_MS, ThreadLocalRandom.current().nextLong(most + 1));
    }
}
