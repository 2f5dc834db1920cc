package dev.heliograph.server.log;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The writing side of the log. */
public interface LogAppender {

    /**
     * Stores one notification in one channel and hands it to the gateways that hold subscribers,
     * atomically. Appends to one channel at one level are stored in the order of the calls.
     *
     * <p>The future fails with a {@link LogException}: {@link LogException.Unavailable} (unknown
     * outcome), {@link LogException.Unconfirmed} (stored, below the level), {@link
     * LogException.Unsupported}, {@link LogException.Full} or {@link
     * LogException.IdempotencyConflict} (not stored).
     */
    CompletableFuture<Appended> append(Append append);

    /**
     * Hands a notification to the gateways that hold subscribers of a channel, and stores it
     * nowhere. Keeps its place among the appends at {@link AckLevel#ACCEPTED} to the channel.
     *
     * <p>The future holds how many gateways it went to, or fails with {@link
     * LogException.Unavailable} (unknown outcome) or {@link LogException.Full}.
     *
     * @param envelope serialized heliograph.log.v1.Envelope
     */
    CompletableFuture<Integer> send(Channel channel, byte[] envelope);

    /**
     * What to store.
     *
     * @param notificationId the id inside the envelope
     * @param envelope serialized heliograph.log.v1.Envelope
     * @param idempotency set when the caller gave a key
     * @param level what it has to survive before the future completes
     */
    record Append(
            Channel channel,
            String notificationId,
            byte[] envelope,
            Optional<Idempotency> idempotency,
            AckLevel level) {

        /** At {@link AckLevel#ACCEPTED}. */
        public Append(
                Channel channel,
                String notificationId,
                byte[] envelope,
                Optional<Idempotency> idempotency) {
            this(channel, notificationId, envelope, idempotency, AckLevel.ACCEPTED);
        }
    }

    /**
     * An idempotency key.
     *
     * @param key the caller's key
     * @param requestHash hash of what must be equal under the same key, at most 64 characters
     */
    record Idempotency(String key, String requestHash) {}

    /**
     * A stored notification.
     *
     * @param notificationId of the stored notification: an earlier call's, if duplicate
     * @param seq its number in the channel
     * @param entryId its Redis stream id
     * @param duplicate whether an earlier call with the same key had stored it
     */
    record Appended(String notificationId, long seq, String entryId, boolean duplicate) {}
}
