package dev.heliograph.server.log;

/**
 * One entry of a channel's log, as read from the log or from a mailbox.
 *
 * @param channel whose
 * @param position its place
 * @param previous id of the entry before it, {@link EntryId#ZERO} for the first
 * @param envelope serialized heliograph.log.v1.Envelope; empty in a doorbell
 */
public record LogEntry(Channel channel, Position position, EntryId previous, byte[] envelope) {

    private static final byte[] IN_THE_LOG = {};

    /** Tells of an entry that is too large to be handed to many gateways: it is in the log. */
    static LogEntry doorbell(Channel channel, Position position, EntryId previous) {
        return new LogEntry(channel, position, previous, IN_THE_LOG);
    }

    /** Whether the envelope has to be read from the log. */
    public boolean isDoorbell() {
        return envelope == IN_THE_LOG;
    }
}
