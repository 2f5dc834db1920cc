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

    /**
     * One that is before the device's eyes.
     *
     * @param handled whether the device has handled it
     */
    private record Place(long seq, boolean handled) {}

    /* Guarded by this: by notification id. */
    private final Map<String, Place> places = new HashMap<>();
    private long throughSeq;
    private long bytes;

    /**
     * Takes one up; false when there are too many, or it is there.
     *
     * @param coveredThrough whose turn has come, though it may have expired, or may not be in the
     *     log any more
     */
    synchronized boolean add(Deliver deliver, long seq, long coveredThrough) {
        String id = deliver.getNotification().getId();
        if (places.size() >= MAX) {
            places.values().removeIf(place -> place.seq() <= coveredThrough);
        }
        if (places.size() >= MAX || places.putIfAbsent(id, new Place(seq, false)) != null) {
            return false;
        }
        bytes += deliver.getSerializedSize();
        throughSeq = Math.max(throughSeq, seq);
        return true;
    }

    /** The device has handled these. Other ids change nothing. */
    synchronized void handled(Collection<String> ids) {
        ids.forEach(id -> places.computeIfPresent(id, (_, it) -> new Place(it.seq(), true)));
    }

    /** The turn of this one has come: whether the device has handled it already. */
    synchronized boolean take(String id) {
        Place place = places.remove(id);
        return place != null && place.handled();
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
