package dev.heliograph.loadtest.chaos.history;

/** What an OK of the Notify API promised for a notification. */
public enum AckLevel {
    /** It survives any crash of ours and of clients. */
    ACCEPTED,
    /** Also the loss of the Redis primary alone. */
    REPLICATED,
    /** Also a power cut. */
    FSYNCED
}
