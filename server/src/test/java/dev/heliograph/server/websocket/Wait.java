package dev.heliograph.server.websocket;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition, 10 s at most. */
final class Wait {

    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private Wait() {}

    static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("The condition did not come true in 10 s");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
