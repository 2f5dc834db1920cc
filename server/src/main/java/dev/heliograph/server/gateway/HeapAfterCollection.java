package dev.heliograph.server.gateway;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * What the last collection of old objects has left, as a share of the largest heap. Between two of
 * them the heap fills with what is garbage already, which is no pressure.
 */
final class HeapAfterCollection implements DoubleSupplier {

    /**
     * A collection this long ago tells nothing: under pressure they follow each other within
     * seconds, and without any what it left may be gone.
     */
    static final long FRESH_MS = 60_000;

    private final LongSupplier leftBytes;
    private final long maxBytes;
    private final LongSupplier clockMs;
    private long last;
    private long lastMs;

    /** Of this process. */
    HeapAfterCollection(LongSupplier clockMs) {
        this(left(), Runtime.getRuntime().maxMemory(), clockMs);
    }

    HeapAfterCollection(LongSupplier leftBytes, long maxBytes, LongSupplier clockMs) {
        this.leftBytes = leftBytes;
        this.maxBytes = maxBytes;
        this.clockMs = clockMs;
        this.last = leftBytes.getAsLong();
        this.lastMs = clockMs.getAsLong() - FRESH_MS;
    }

    /** Of the pools in which objects get old; those in which they are young fill all the time. */
    private static LongSupplier left() {
        List<MemoryPoolMXBean> old =
                ManagementFactory.getMemoryPoolMXBeans().stream()
                        .filter(pool -> pool.getType() == MemoryType.HEAP)
                        .filter(pool -> !pool.getName().matches(".*(Eden|Survivor|Young).*"))
                        .toList();
        return () ->
                old.stream()
                        .map(pool -> Optional.ofNullable(pool.getCollectionUsage()))
                        .mapToLong(usage -> usage.map(MemoryUsage::getUsed).orElse(0L))
                        .sum();
    }

    @Override
    public double getAsDouble() {
        long left = leftBytes.getAsLong();
        long now = clockMs.getAsLong();
        if (left != last) {
            last = left;
            lastMs = now;
        }
        return now - lastMs < FRESH_MS ? (double) left / maxBytes : 0;
    }
}
