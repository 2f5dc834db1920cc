package dev.heliograph.loadtest.chaos.history;

/**
 * Which acknowledged notifications a fault may take with it. Ordered: each includes those before.
 */
public enum Loses {
    /** None. A process, a connection or time was hurt, no data. */
    NOTHING,
    /** The newest of a Redis primary that its replicas did not have: ACCEPTED. */
    PRIMARY,
    /** Also what a replica had acknowledged, since that one was lost too: REPLICATED. */
    REPLICAS,
    /** A log with its disk: everything. */
    EVERYTHING;

    /** Whether the loss of an acknowledged notification of this level may be this fault's doing. */
    public boolean mayTake(AckLevel level) {
        return switch (level) {
            case ACCEPTED -> compareTo(PRIMARY) >= 0;
            case REPLICATED -> compareTo(REPLICAS) >= 0;
            case FSYNCED -> this == EVERYTHING;
        };
    }
}
