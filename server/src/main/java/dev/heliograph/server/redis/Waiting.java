package dev.heliograph.server.redis;

import java.io.IOException;
import java.time.Duration;

/** Waits for what servers on this machine agree upon. */
final class Waiting {

    private static final long POLL_MS = 50;

    private Waiting() {}

    /** A question whose answer may still be missing. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws IOException;
    }

    /**
     * Returns when it holds.
     *
     * @throws IOException when it did not in time
     */
    static void until(String what, Duration timeout, Condition condition) throws IOException {
        IOException last = null;
        long deadline = System.nanoTime() + timeout.toNanos();
        while (System.nanoTime() < deadline) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (IOException e) {
                last = e;
            }
            pause(POLL_MS);
        }
        throw new IOException("Not within " + timeout.toSeconds() + " s: " + what, last);
    }

    static void pause(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for Redis", e);
        }
    }
}
