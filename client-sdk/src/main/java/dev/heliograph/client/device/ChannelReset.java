package dev.heliograph.client.device;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Continuity of a channel broke. What the log still keeps is delivered again from {@code nextSeq}
 * on, without what was handled already; what lies between may be lost to this device.
 *
 * @param channel the channel
 * @param reason why
 * @param lastSeq the newest seq that this client had handled; empty when it has not seen one, as
 *     after a start of the app
 * @param lastPosition the position that the channel was to go on from; empty when it was what the
 *     gateways know of the device
 * @param nextSeq the seq that comes next
 * @param nextPosition the position just before {@code nextSeq}
 * @param headSeq the newest seq in the log; 0 when it is empty
 */
public record ChannelReset(
        String channel,
        Reason reason,
        OptionalLong lastSeq,
        Optional<String> lastPosition,
        long nextSeq,
        String nextPosition,
        long headSeq) {

    /**
     * How many entries between {@code lastSeq} and {@code nextSeq} are lost to this device. Empty
     * when that is not known: without a {@code lastSeq}, and where the log is another than before
     * ({@link Reason#EPOCH}, {@link Reason#FORK}, {@link Reason#INVALID_POSITION}).
     */
    public OptionalLong lost() {
        boolean comparable = reason == Reason.TRIMMED || reason == Reason.GAP;
        return comparable && lastSeq.isPresent()
                ? OptionalLong.of(Math.max(0, nextSeq - lastSeq.getAsLong() - 1))
                : OptionalLong.empty();
    }

    /** Why continuity broke. */
    public enum Reason {
        /** The device was away for longer than the log keeps notifications. */
        TRIMMED,
        /** The log began a new life; numbers start anew. */
        EPOCH,
        /**
         * The log's newest notifications were lost in a failover, whether or not this device had
         * seen them. Where what it had handled is still there, {@code nextSeq} is the next one.
         */
        FORK,
        /** The stored position was not one that the installation issued. */
        INVALID_POSITION,
        /** The gateway went on beyond the place that it was asked to resume from. */
        GAP
    }
}
