package dev.heliograph.server.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Subscriptions of devices that only observe, while they wait under pressure to read what has come:
 * a wheel that turns once in five seconds. A session has its slot for good, so its subscriptions
 * are served together, and those of a topic are not served all at once. One per gateway; nothing is
 * kept of who does not wait.
 */
final class Observers {

    /**
     * How long one waits at most: a page costs about the same with one notification as with those
     * of five seconds.
     */
    static final long EVERY_MS = 5_000;

    /** Slots of a turn: of 18,000 observers 360 are woken at a time. */
    private static final int SLOTS = 50;

    /** How often {@link #turn} has to be called. */
    static final long SLOT_MS = EVERY_MS / SLOTS;

    private final BooleanSupplier delays;

    /* Guarded by this, a leaf: who waits, by slot. */
    private final List<List<Subscription>> slots = new ArrayList<>(SLOTS);
    /* Owned by the timer. */
    private int next;

    Observers(BooleanSupplier delays) {
        this.delays = delays;
        for (int i = 0; i < SLOTS; i++) {
            slots.add(List.of());
        }
    }

    /** Whether observers are to wait. */
    boolean delayed() {
        return delays.getAsBoolean();
    }

    /** Has a subscription wait for its slot. */
    synchronized void add(Subscription subscription, String connectionId) {
        int slot = Math.floorMod(connectionId.hashCode(), SLOTS);
        if (slots.get(slot).isEmpty()) {
            slots.set(slot, new ArrayList<>());
        }
        slots.get(slot).add(subscription);
    }

    /** Whose turn it is; they wait no longer. On the timer only. */
    List<Subscription> turn() {
        next = (next + 1) % SLOTS;
        return take(next);
    }

    /** All that wait, unless they go on waiting; they wait no longer. */
    List<Subscription> release() {
        List<Subscription> all = new ArrayList<>();
        for (int slot = 0; slot < SLOTS && !delayed(); slot++) {
            all.addAll(take(slot));
        }
        return all;
    }

    private synchronized List<Subscription> take(int slot) {
        return slots.set(slot, List.of());
    }

    /** How many wait. */
    synchronized int count() {
        return slots.stream().mapToInt(List::size).sum();
    }
}
