package dev.heliograph.client.producer;

import java.util.List;

/**
 * What became of a notification.
 *
 * @param outcomes one per channel of the target, in the target's order
 */
public record NotifyResult(List<Outcome> outcomes) {

    /** Keeps a copy. */
    public NotifyResult {
        outcomes = List.copyOf(outcomes);
    }

    /** What became of it in one channel. */
    public sealed interface Outcome {

        /** {@code user/<id>} or {@code topic/<name>}. */
        String channel();

        /**
         * Stored: devices will get it.
         *
         * @param notificationId as devices see it
         * @param ref names this notification in this channel, for later calls
         * @param seq its number in the channel
         * @param duplicate an earlier call with the same idempotency key had stored it
         */
        record Stored(
                String channel, String notificationId, String ref, long seq, boolean duplicate)
                implements Outcome {}

        /**
         * Ephemeral, and on its way: stored nowhere.
         *
         * @param notificationId as devices see it
         * @param gateways how many it was handed to; with 0 no device gets it, and otherwise it is
         *     not known
         */
        record Sent(String channel, String notificationId, int gateways) implements Outcome {}

        /** Not stored, or unknown where the error is {@link NotifyException#retryable}. */
        record Failed(String channel, NotifyException error) implements Outcome {}
    }

    /** Whether nothing has failed: each channel has it, or it is on its way. */
    public boolean complete() {
        return failed().isEmpty();
    }

    /** Whether every channel has it. */
    public boolean allStored() {
        return outcomes.stream().allMatch(outcome -> outcome instanceof Outcome.Stored);
    }

    /** The channels that have it. */
    public List<Outcome.Stored> stored() {
        return outcomes.stream()
                .filter(Outcome.Stored.class::isInstance)
                .map(Outcome.Stored.class::cast)
                .toList();
    }

    /** The channels that it is on its way to. */
    public List<Outcome.Sent> sent() {
        return outcomes.stream()
                .filter(Outcome.Sent.class::isInstance)
                .map(Outcome.Sent.class::cast)
                .toList();
    }

    /** The channels that do not have it, or may not. */
    public List<Outcome.Failed> failed() {
        return outcomes.stream()
                .filter(Outcome.Failed.class::isInstance)
                .map(Outcome.Failed.class::cast)
                .toList();
    }
}
