package dev.heliograph.client.producer;

/**
 * How safely a notification is stored when a call succeeds. Each level holds what the one before
 * promises.
 */
public enum AckLevel {
    /** It survives any crash of Heliograph and of clients. */
    ACCEPTED,
    /**
     * All replicas of Redis' primary have received it: it survives the loss of the primary, too. An
     * installation without replicas refuses it with FAILED_PRECONDITION.
     */
    REPLICATED,
    /**
     * The primary and all replicas have it on disk: it survives a power cut, too. An installation
     * whose Redis cannot tell refuses it with FAILED_PRECONDITION.
     */
    FSYNCED;

    dev.heliograph.proto.notify.v1.AckLevel toProto() {
        return switch (this) {
            case ACCEPTED -> dev.heliograph.proto.notify.v1.AckLevel.ACK_LEVEL_ACCEPTED;
            case REPLICATED -> dev.heliograph.proto.notify.v1.AckLevel.ACK_LEVEL_REPLICATED;
            case FSYNCED -> dev.heliograph.proto.notify.v1.AckLevel.ACK_LEVEL_FSYNCED;
        };
    }
}
