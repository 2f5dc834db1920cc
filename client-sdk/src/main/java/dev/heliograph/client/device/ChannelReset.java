package dev.heliograph.client.device;

import java.util.OptionalLong;

/**
 * Continuity of a channel broke. What the log still keeps is delivered again from {@code nextSeq}
 * on, without what was handled already; what lies between may be lost to this device.
 *
 * @param channel the channel
 * @param reason why
 * @param lastSeq the newest seq that this client had seen, when it knows
 * @param nextSeq the seq that comes next
 * @param headSeq the newest seq in the log; 0 when it is empty
 */
public record ChannelReset(
        String channel, Reason reason, OptionalLong lastSeq, long nextSeq, long headSeq) {

    /** Why continuity broke. */
    public enum Reason {
        /** The device was away for longer than the log keeps notifications. */
        TRIMMED,
        /** The log began a new life; numbers start anew. */
        EPOCH,
        /**
         * The log's newest notifications were lost in a failover after this device had seen them.
         */
        FORK,
        /** The stored position was not one that the installation issued. */
        INVALID_POSITION,
        /** The gateway went on beyond the place that it was asked to resume from. */
        GAP
    }
}
