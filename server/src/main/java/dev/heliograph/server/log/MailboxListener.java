package dev.heliograph.server.log;

/**
 * Takes what comes through a gateway's mailboxes. Every call comes on a mailbox reader's thread and
 * must not block; the calls for one channel come on one thread.
 */
public interface MailboxListener {

    /** An entry of a channel that this mailbox is interested in, or was until a moment ago. */
    void onEntry(LogEntry entry);

    /**
     * An ephemeral notification for a channel that this mailbox is interested in.
     *
     * @param envelope serialized heliograph.log.v1.Envelope
     */
    void onEphemeral(Channel channel, byte[] envelope);

    /** The channel has lost entries, and this epoch has begun: what was known of it is old. */
    void onLoss(Channel channel, String epoch);

    /** A newer session of the device took over: end this one. */
    void onEvict(String connectionId);

    /**
     * These mailboxes are new ones: what was on its way through those before may be lost, and no
     * interest names the new ones yet.
     */
    void onNewGeneration(MailboxGeneration generation);
}
