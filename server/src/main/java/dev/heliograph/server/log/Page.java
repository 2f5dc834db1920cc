package dev.heliograph.server.log;

import java.util.List;

/**
 * What the log answers to a position.
 *
 * @param outcome whether the log continues right after the position
 * @param base the place just before the first entry: the position itself if {@link Outcome#OK}, or
 *     if it still stands after a {@link Outcome#FORK}; else where the replay begins
 * @param head the log's newest place at that moment
 * @param entries what follows base, dense, at most as many as asked for
 */
public record Page(Outcome outcome, Position base, Position head, List<LogEntry> entries) {

    /** Whether a position could be proven to lie in this log. */
    public enum Outcome {
        /** It does, or none was given. */
        OK,
        /** It is older than what the log keeps. */
        TRIMMED,
        /** It is of an earlier life of the log. */
        EPOCH,
        /** The log has lost entries since, in a failover: what it names, or what came after it. */
        FORK
    }

    /** Whether the entries follow right after a place, though the epoch may be another. */
    public boolean followsOn(Position place) {
        return base.seq() == place.seq()
                && base.id().equals(place.id())
                && base.fingerprint().equals(place.fingerprint());
    }

    /** Whether more follows the last entry. */
    public boolean more() {
        Position last = entries.isEmpty() ? base : entries.getLast().position();
        return last.seq() < head.seq();
    }
}
