package dev.heliograph.server.fallback;

import dev.heliograph.proto.device.v1.Deliver;
import dev.heliograph.proto.device.v1.Outcome;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.proto.device.v1.Subscribed;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * When a poll is worth an answer: each channel has said where it goes on and given what it had, and
 * there is something that the device does not know.
 */
final class PollProgress {

    private final Set<String> unanswered = new HashSet<>();
    private final Set<String> withPosition = new HashSet<>();

    /** By channel, what its log held when it answered and has not come yet. */
    private final Map<String, Long> behind = new HashMap<>();

    private boolean news;
    private boolean mustLeave;

    PollProgress(List<Subscribe> subscribes) {
        for (Subscribe each : subscribes) {
            unanswered.add(each.getChannel());
            if (!each.getPosition().isEmpty()) {
                withPosition.add(each.getChannel());
            }
        }
    }

    void saw(ServerFrame frame) {
        switch (frame.getBodyCase()) {
            case SUBSCRIBED -> subscribed(frame.getSubscribed());
            case DELIVER -> delivered(frame.getDeliver());
            case SKIP -> covered(frame.getSkip().getChannel(), frame.getSkip().getThroughSeq());
            case ERROR, GO_AWAY -> mustLeave = true;
            default -> {}
        }
    }

    private void subscribed(Subscribed subscribed) {
        String channel = subscribed.getChannel();
        unanswered.remove(channel);
        if (subscribed.getNextSeq() <= subscribed.getHeadSeq()) {
            behind.put(channel, subscribed.getHeadSeq());
        } else {
            behind.remove(channel);
        }
        // A position that the device does not have yet must reach it: what comes next follows it.
        news |= subscribed.getOutcome() != Outcome.OUTCOME_OK || !withPosition.contains(channel);
    }

    private void delivered(Deliver deliver) {
        if (deliver.getPosition().isEmpty()) {
            // Out of order or in no log: it covers nothing.
            news = true;
        } else {
            covered(deliver.getChannel(), deliver.getSeq());
        }
    }

    private void covered(String channel, long throughSeq) {
        news = true;
        behind.computeIfPresent(channel, (_, head) -> throughSeq >= head ? null : head);
    }

    /** Whether each channel has said where it goes on and given what it had. */
    boolean isCaughtUp() {
        return unanswered.isEmpty() && behind.isEmpty();
    }

    /** Whether to answer now. */
    boolean isEnough() {
        return mustLeave || (isCaughtUp() && news);
    }
}
