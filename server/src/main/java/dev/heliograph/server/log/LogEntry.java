package dev.heliograph.server.log;

/**
 * One entry of a channel's log, as read from the log or from a mailbox.
 *
 * @param channel whose
 * @param position its place
 * @param previous id of the entry before it, {@link EntryId#ZERO} for the first
 * @param envelope serialized heliograph.log.v1.Envelope
 */
public record LogEntry(Channel channel, Position position, EntryId previous, byte[] envelope) {}
