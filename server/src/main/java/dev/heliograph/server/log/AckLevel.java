package dev.heliograph.server.log;

/** What an append has to survive before it counts as stored. */
public enum AckLevel {
    /** Any crash of Heliograph's own processes. */
    ACCEPTED,
    /** The loss of the Redis primary, too: all replicas have received it. */
    REPLICATED,
    /** A power cut, too: the primary and all replicas have it on disk. */
    FSYNCED
}
