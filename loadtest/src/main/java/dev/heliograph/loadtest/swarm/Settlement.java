package dev.heliograph.loadtest.swarm;

import java.util.List;

/**
 * What has not come in the end.
 *
 * @param lost deliveries that did not come, of calls that had not failed
 * @param missing the first of them
 */
public record Settlement(long lost, List<Missing> missing) {

    /** Most that are listed by name. */
    public static final int MAX_LISTED = 1_000;

    /** Keeps a copy. */
    public Settlement {
        missing = List.copyOf(missing);
    }

    /**
     * A payload that a device did not get.
     *
     * @param device its number
     */
    public record Missing(int device, Sent.Serial number) {
        @Override
        public String toString() {
            return number + " at device " + device;
        }
    }
}
