package dev.heliograph.server.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for conditions instead of sleeping. */
public final class Eventually {

    /** Long enough for a mailbox to be found gone (5 s) and for a loaded machine. */
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private Eventually() {}

    /**
     * Returns when the condition holds; fails with what was waited for when it does not in time.
     */
    public static void eventually(String what, BooleanSupplier condition) {
        eventually(what, LIMIT, condition::getAsBoolean);
    }

    /** The same, with a text that is made when it fails, to tell what there is instead. */
    public static void eventually(Supplier<String> what, BooleanSupplier condition) {
        eventually(what, LIMIT, condition::getAsBoolean);
    }

    /** The same with another limit, for what takes a failover. */
    public static void eventually(String what, Duration limit, Condition condition) {
        eventually(() -> what, limit, condition);
    }

    /** The same with another limit and a text that is made when it fails. */
    public static void eventually(Supplier<String> what, Duration limit, Condition condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.holdsNow()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Not within " + limit.toSeconds() + " s: " + what.get());
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    /** What is waited for. */
    @FunctionalInterface
    public interface Condition {
        /** Whether it holds; a checked exception counts as not yet. */
        boolean holds() throws Exception;

        private boolean holdsNow() {
            try {
                return holds();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                // A server that is down, for instance.
                return false;
            }
        }
    }
}
