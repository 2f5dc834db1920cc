package dev.heliograph.server.gateway;

import dev.heliograph.proto.device.v1.Priority;
import dev.heliograph.server.log.LogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Entries of LOW priority that wait to go out together while a gateway is under pressure. One per
 * gateway; a hub's are guarded by its lock, and are ahead of whatever it delivers next. They are in
 * the log: whoever reads does not wait for them.
 */
final class LowBatches {

    /** How long one waits at most. */
    static final long EVERY_MS = 2_000;

    /** Most of a channel: what a session's flusher takes in one gather, with small ones. */
    static final int MAX_OF_CHANNEL = 64;

    /** Most of a gateway. More go out at once: nothing is kept to save work. */
    static final int MAX_IN_ALL = 10_000;

    /** The same in bytes of envelopes, as much as of recent entries: heap may be what presses. */
    static final long MAX_BYTES_IN_ALL = 16 * 1024 * 1024;

    private final BooleanSupplier delays;
    private final Map<ChannelHub, List<LogEntry>> held = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    LowBatches(BooleanSupplier delays) {
        this.delays = delays;
    }

    /** Holds an entry back; false if it is to go out, behind those that are {@link #take}n. */
    boolean hold(ChannelHub hub, LogEntry entry, Frame frame) {
        if (!delays.getAsBoolean()
                || frame.priority() != Priority.PRIORITY_LOW
                || count.get() >= MAX_IN_ALL
                || bytes.get() + entry.envelope().length > MAX_BYTES_IN_ALL) {
            return false;
        }
        List<LogEntry> entries = held.computeIfAbsent(hub, _ -> new ArrayList<>());
        if (entries.size() == MAX_OF_CHANNEL) {
            return false;
        }
        entries.add(entry);
        count.incrementAndGet();
        bytes.addAndGet(entry.envelope().length);
        return true;
    }

    /** What is held of a hub, in order; held no longer. */
    List<LogEntry> take(ChannelHub hub) {
        if (count.get() == 0) {
            return List.of();
        }
        List<LogEntry> entries = held.remove(hub);
        if (entries == null) {
            return List.of();
        }
        count.addAndGet(-entries.size());
        entries.forEach(entry -> bytes.addAndGet(-entry.envelope().length));
        return entries;
    }

    /** The hubs of which something is held. Any thread. */
    Set<ChannelHub> hubs() {
        return held.keySet();
    }

    /** How many entries are held. */
    int count() {
        return count.get();
    }
}
