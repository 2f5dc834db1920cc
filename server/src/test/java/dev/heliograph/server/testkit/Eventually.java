package dev.heliograph.server.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for conditions instead of sleeping. */
public final class Eventually {

    /** Long enough for a mailbox to be found gone (5 s) and for a loaded machine. */
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private Eventually() {}

    /**
     * Returns when the condition holds; fails with what was waited for when it does not in time.
     */
    public static void eventually(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Not within " + LIMIT.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(2_000_000);
        }
    }
}
