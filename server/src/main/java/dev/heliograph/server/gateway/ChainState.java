package dev.heliograph.server.gateway;

import dev.heliograph.server.log.LogEntry;
import dev.heliograph.server.log.Position;
import java.util.Optional;

/**
 * How far a hub knows its channel's log. Each entry names the one before it, so that whatever has
 * not come shows. Belongs to a {@link ChannelHub}, whose lock is held in all calls but {@link
 * #resets}. Whoever has claimed SYNCING is the only one that moves the head then, and may look at
 * it without the lock.
 */
final class ChainState {

    private enum Phase {
        /** No interest is registered under the current mailbox; the head is unknown or old. */
        ADRIFT,
        /**
         * Someone is registering and reading up to the head; what the mailbox brings meanwhile is
         * only noted.
         */
        SYNCING,
        /** The chain is whole up to {@link #head}. */
        SYNCED,
        /** Without subscribers and out of the registry. */
        CLOSED
    }

    /** What an entry is to a chain that is whole. */
    enum Link {
        /** It follows the head. */
        NEXT,
        /** It follows the head, and has to be read from the log. */
        DOORBELL,
        /** It is the head, or before that. */
        KNOWN,
        /** Something between the head and it has not come. */
        GAP,
        /** The log is another one now. */
        OTHER_EPOCH
    }

    private Phase phase = Phase.ADRIFT;
    private Position head;
    private long headNanos;
    private boolean missed;
    private volatile int resets;

    boolean isAdrift() {
        return phase == Phase.ADRIFT;
    }

    boolean isSyncing() {
        return phase == Phase.SYNCING;
    }

    boolean isSynced() {
        return phase == Phase.SYNCED;
    }

    boolean isClosed() {
        return phase == Phase.CLOSED;
    }

    /** The newest place that is known; null before the first read. */
    Position head() {
        return head;
    }

    /** The same for a witness. */
    Optional<Witness.Had> had() {
        return Optional.ofNullable(head).map(known -> new Witness.Had(known, headNanos));
    }

    /** The head is there now, as was read at this time of the witness. */
    void head(Position known, long nowNanos) {
        head = known;
        headNanos = nowNanos;
    }

    /** Whether a chain that is whole is of this epoch. */
    boolean isOf(String epoch) {
        return epoch.equals(head.epoch());
    }

    /** Where an entry belongs in a chain that is whole. */
    Link link(LogEntry entry) {
        Position at = entry.position();
        if (!isOf(at.epoch())) {
            return Link.OTHER_EPOCH;
        }
        if (at.id().compareTo(head.id()) <= 0) {
            return Link.KNOWN;
        }
        if (!entry.previous().equals(head.id())) {
            return Link.GAP;
        }
        return entry.isDoorbell() ? Link.DOORBELL : Link.NEXT;
    }

    /** SYNCING from now on: the caller reads, or has started the one task that does. */
    void claim() {
        phase = Phase.SYNCING;
    }

    /** Something has gone by: if the log is being read, that may have been too early to find it. */
    void wentBy() {
        missed |= phase == Phase.SYNCING;
    }

    /** The log is read from now on: what has gone by until now is in it. */
    void reading() {
        missed = false;
    }

    /** Interest is registered under an old mailbox only. */
    void mailboxChanged() {
        if (phase == Phase.SYNCED) {
            phase = Phase.ADRIFT;
        } else {
            wentBy();
        }
    }

    /**
     * Ends SYNCING; false when something went by meanwhile or the mailbox changed, and another
     * round is needed.
     *
     * @param registered whether interest is registered under the current mailbox
     */
    boolean finish(boolean registered) {
        if (missed || !registered) {
            missed = false;
            return false;
        }
        phase = Phase.SYNCED;
        return true;
    }

    /** Ends SYNCING: the log could not be read. */
    void failed() {
        phase = Phase.ADRIFT;
    }

    /** The hub closes. */
    void close() {
        phase = Phase.CLOSED;
    }

    /** How often the log was found to be another than before. On any thread. */
    int resets() {
        return resets;
    }

    /** The log may be another than before. */
    void reset() {
        resets++;
    }
}
