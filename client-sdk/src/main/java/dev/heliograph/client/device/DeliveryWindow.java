package dev.heliograph.client.device;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/**
 * What a channel's handler has not finished yet, in log order, but for what overtakes. Bounded: a
 * full window means that the channel is left and taken up again from its position, so that a slow
 * handler costs neither memory nor the connection.
 */
final class DeliveryWindow {

    /** Enough to hide a round trip at any rate a person's device sees. */
    static final int MAX_ENTRIES = 256;

    /** Sixteen notifications of the largest size, held in memory per channel at most. */
    static final int MAX_BYTES = 1 << 20;

    /** One step of a channel, and the position once it is done. */
    sealed interface Entry {
        /** The device's position once the entry is done; empty: where it was. */
        String position();
    }

    /** A notification for the handler. */
    record Notified(Delivery delivery, String position) implements Entry {}

    /** Continuity broke here; the app is told between the notifications before and after. */
    record Broken(ChannelReset reset, String position) implements Entry {}

    /** Nothing for the app: a Skip, a duplicate, or the begin of a subscription. */
    record Passed(String position) implements Entry {}

    private final Queue<Entry> entries = new ArrayDeque<>();
    /* What overtakes those. */
    private final Queue<Entry> ahead = new ArrayDeque<>();
    private Optional<Entry> head = Optional.empty();
    private long bytes;

    void add(Entry entry) {
        boolean overtakes = entry instanceof Notified it && it.delivery().outOfOrder();
        (overtakes ? ahead : entries).add(entry);
        bytes += size(entry);
    }

    /** The entry to be done next; the same until it is done. */
    Optional<Entry> head() {
        if (head.isEmpty()) {
            head = Optional.ofNullable(ahead.isEmpty() ? entries.poll() : ahead.poll());
        }
        return head;
    }

    /** The head is done. Returns the new position, empty where it stays. */
    String complete() {
        Entry done = head().orElseThrow();
        head = Optional.empty();
        bytes -= size(done);
        return done.position();
    }

    private int size() {
        return entries.size() + ahead.size() + (head.isPresent() ? 1 : 0);
    }

    /** Whether no more should be asked for. */
    boolean isFull() {
        return size() >= MAX_ENTRIES || bytes >= MAX_BYTES;
    }

    /** Whether there is room again for a good while. */
    boolean hasRoom() {
        return size() <= MAX_ENTRIES / 2 && bytes <= MAX_BYTES / 2;
    }

    /** Empties the window and returns the ids of the notifications that were not handled. */
    List<String> abandon() {
        List<String> ids = new ArrayList<>();
        while (head().isPresent()) {
            if (head().get() instanceof Notified notified) {
                ids.add(notified.delivery().id());
            }
            head = Optional.empty();
        }
        bytes = 0;
        return ids;
    }

    private static int size(Entry entry) {
        return entry instanceof Notified notified ? notified.delivery().payload().size() : 0;
    }
}
