package dev.heliograph.client.device;

import java.util.LinkedHashSet;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The newest notification ids of a channel (D-4), and how far an earlier run of the app may have
 * handled it (D-7).
 */
final class RecentIds {

    /**
     * A log keeps 1,000 notifications per channel by default, and a few more since Redis trims
     * whole nodes; what a failover lost takes places here, too. An older one cannot come again.
     */
    static final int CAPACITY = 2_000;

    private final Set<String> ids = new LinkedHashSet<>();
    private OptionalLong earlierThrough = OptionalLong.empty();

    /** Remembers an id. False when it was there. */
    boolean add(String id) {
        if (!ids.add(id)) {
            return false;
        }
        if (ids.size() > CAPACITY) {
            var oldest = ids.iterator();
            oldest.next();
            oldest.remove();
        }
        return true;
    }

    /**
     * The first Subscribed of the channel says through which seq it was sent to this device before.
     */
    void earlierRun(long throughSeq) {
        if (earlierThrough.isEmpty()) {
            earlierThrough = OptionalLong.of(throughSeq);
        }
    }

    /** The channel's numbers begin anew: none of them was given to an earlier run. */
    void forgetEarlierRun() {
        earlierThrough = OptionalLong.of(0);
    }

    /** Whether an earlier run may have handled what has this number. */
    boolean mayBeOfEarlierRun(long seq) {
        return seq <= earlierThrough.orElse(0);
    }

    /** Forgets an id whose notification was not handled after all. */
    void remove(String id) {
        ids.remove(id);
    }
}
