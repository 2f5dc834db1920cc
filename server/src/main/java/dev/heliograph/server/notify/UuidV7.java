package dev.heliograph.server.notify;

import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes UUIDs of version 7 (RFC 9562, section 5.7), each greater than all before it in this
 * process: 48 bits of milliseconds and a 12 bit counter that lends from the next millisecond, then
 * 62 random bits.
 */
final class UuidV7 {

    private static final int COUNTER_BITS = 12;
    private static final long VERSION = 0x7000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private final Clock clock;
    /* Milliseconds and counter in one number. */
    private final AtomicLong last = new AtomicLong();

    UuidV7(Clock clock) {
        this.clock = clock;
    }

    String next() {
        long now = clock.millis() << COUNTER_BITS;
        long stamp = last.updateAndGet(previous -> Math.max(previous + 1, now));
        long high = (stamp >>> COUNTER_BITS) << 16 | VERSION | (stamp & ((1L << COUNTER_BITS) - 1));
        long low = VARIANT | (ThreadLocalRandom.current().nextLong() >>> 2);
        return new UUID(high, low).toString();
    }
}
