package dev.heliograph.client.device;

import java.util.LinkedHashSet;
import java.util.Set;

/** The newest notification ids of a channel (D-4). */
final class RecentIds {

    /** The log keeps about as many notifications per channel, so an older one cannot come again. */
    static final int CAPACITY = 1_000;

    private final Set<String> ids = new LinkedHashSet<>();

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

    /** Forgets an id whose notification was not handled after all. */
    void remove(String id) {
        ids.remove(id);
    }
}
