package dev.heliograph.client.device;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/**
 * What a channel's handler has not finished yet, in log order. Bounded: a full window means that
 * the channel is left and taken up again from its position, so that a slow handler costs neither
 * memory nor the connection.
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
    private long bytes;

    void add(Entry entry) {
        entries.add(entry);
        bytes += size(entry);
    }

    /** The entry to be done next. */
    Optional<Entry> head() {
        return Optional.ofNullable(entries.peek());
    }

    /** The head is done. Returns the new position. */
    String complete() {
        Entry done = entries.remove();
        bytes -= size(done);
        return done.position();
    }

    /** Whether no more should be asked for. */
    boolean isFull() {
        return entries.size() >= MAX_ENTRIES || bytes >= MAX_BYTES;
    }

    /** Whether there is room again for a good while. */
    boolean hasRoom() {
        return entries.size() <= MAX_ENTRIES / 2 && bytes <= MAX_BYTES / 2;
    }

    /** Empties the window and returns the ids of the notifications that were not handled. */
    List<String> abandon() {
        List<String> ids = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry instanceof Notified notified) {
                ids.add(notified.delivery().id());
            }
        }
        entries.clear();
        bytes = 0;
        return ids;
    }

    private static int size(Entry entry) {
        return entry instanceof Notified notified ? notified.delivery().payload().size() : 0;
    }
}
