package dev.heliograph.server.gateway;

import dev.heliograph.proto.device.v1.Deliver;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * What has overtaken in a subscription that is behind (D-8): sent ahead of its turn, which has not
 * come yet. Filled by the hub, acknowledged by the session's reader, emptied by the task that reads
 * the log for the subscription.
 */
final class Overtaken {

    /**
     * Some 40 KB. Who has so many alarms before its eyes is not helped by one more: the next ones
     * wait for their turn.
     */
    static final int MAX = 256;

    /* Guarded by this: by notification id, whether the device has handled it. */
    private final Map<String, Boolean> handledById = new HashMap<>();
    private long throughSeq;
    private long bytes;

    /** Takes one up; false when there are too many, or it is there. */
    synchronized boolean add(Deliver deliver, long seq) {
        String id = deliver.getNotification().getId();
        if (handledById.size() >= MAX || handledById.putIfAbsent(id, false) != null) {
            return false;
        }
        bytes += deliver.getSerializedSize();
        throughSeq = Math.max(throughSeq, seq);
        return true;
    }

    /** The device has handled these. Other ids change nothing. */
    synchronized void handled(Collection<String> ids) {
        ids.forEach(id -> handledById.replace(id, true));
    }

    /** The turn of this one has come: whether the device has handled it already. */
    synchronized boolean take(String id) {
        Boolean handled = handledById.remove(id);
        return handled != null && handled;
    }

    /** The device has taken all that was queued for it. */
    synchronized void drained() {
        bytes = 0;
    }

    /** How much was added since the outbox was empty, about. */
    synchronized long bytes() {
        return bytes;
    }

    /** The highest number that overtook; 0 when none did. */
    synchronized long throughSeq() {
        return throughSeq;
    }
}
