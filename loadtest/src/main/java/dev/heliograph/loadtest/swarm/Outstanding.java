package dev.heliograph.loadtest.swarm;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Goes through the books for what was sent and has not come. */
final class Outstanding {

    private final int[] users;
    private final int[] topics;
    private final int first;
    private final int step;
    private final Set<Sent.Serial> failed;
    private final List<Settlement.Missing> listed = new ArrayList<>();
    private long lost;

    Outstanding(Order.Outstanding sent) {
        users = sent.users();
        topics = sent.topics();
        first = sent.first();
        step = sent.step();
        failed = new HashSet<>(sent.failed());
    }

    /** Looks at one channel of one device. */
    void in(Booking booking, int place, int device, int channel) {
        int count =
                Payload.isTopic(channel)
                        ? topics[Payload.number(channel)]
                        : users[(device - first) / step];
        booking.outstanding(place, count, number -> missing(device, channel, number));
    }

    private void missing(int device, int channel, int number) {
        Sent.Serial which = new Sent.Serial(channel, number);
        if (failed.contains(which)) {
            return;
        }
        lost++;
        if (listed.size() < Settlement.MAX_LISTED) {
            listed.add(new Settlement.Missing(device, which));
        }
    }

    Settlement settlement() {
        return new Settlement(lost, listed);
    }
}
