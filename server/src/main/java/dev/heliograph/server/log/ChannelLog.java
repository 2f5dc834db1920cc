package dev.heliograph.server.log;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The reading side of the log. */
public interface ChannelLog {

    /**
     * Reads a page, and, when a mailbox is named, registers its interest in the same atomic step:
     * every entry appended after the page's head reaches the mailbox.
     *
     * <p>The future fails with {@link LogException.Unavailable}.
     *
     * @param mailbox name of the mailbox to register
     * @param limit most entries
     */
    CompletableFuture<Page> read(Channel channel, Optional<String> mailbox, From from, int limit);

    /**
     * Asks whether the log still holds an entry that it held, as after a failover, and if not,
     * begins a new epoch: so every position of before is answered with {@link Page.Outcome#FORK},
     * wherever it stands, and no device goes on without hearing of the loss.
     *
     * <p>The future fails with {@link LogException.Unavailable}.
     *
     * @param stored a place that was read or answered, not one that a device claims
     * @param age at least how long ago the entry had been stored
     * @return whether it was lost and nobody had known
     */
    CompletableFuture<Boolean> settle(Channel channel, Position stored, Duration age);

    /**
     * Entries older than this are not delivered any more, in milliseconds of {@link EntryId#ms}.
     */
    long keptSinceMs();

    /** Takes back a mailbox' interest. Calls for one channel take effect in their order. */
    CompletableFuture<Void> dropInterest(Channel channel, String mailbox);

    /** Where to begin. */
    sealed interface From {
        /** After a position. */
        record After(Position position) implements From {}

        /** After the newest entry. */
        record Head() implements From {}

        /** At the oldest entry kept. */
        record Earliest() implements From {}

        /** This many entries before the head. */
        record LastN(int count) implements From {}
    }
}
