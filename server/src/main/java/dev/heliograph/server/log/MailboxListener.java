package dev.heliograph.server.log;

/**
 * Takes what comes through a gateway's mailboxes. Every call comes on the mailbox reader's thread
 * and must not block.
 */
public interface MailboxListener {

    /** An entry of a channel that this mailbox is interested in, or was until a moment ago. */
    void onEntry(LogEntry entry);

    /** A newer session of the device took over: end this one. */
    void onEvict(String connectionId);

    /**
     * The mailboxes are new ones: what was on its way through the old ones may be lost, and no
     * interest names the new ones yet.
     *
     * @param mailbox name of the new mailboxes
     * @param reason in a few words, for logs
     */
    void onNewGeneration(String mailbox, String reason);
}
