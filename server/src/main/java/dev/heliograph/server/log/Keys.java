package dev.heliograph.server.log;

/** Names of Redis keys. The tag comes first, so that braces in names cannot change a key's slot. */
final class Keys {

    private Keys() {}

    /** The channel's log, a stream. */
    static String log(Channel channel) {
        return of(channel, 's');
    }

    /**
     * The channel's state, a hash: epoch, last seq, id and fingerprint, and a field per interested
     * mailbox.
     */
    static String state(Channel channel) {
        return of(channel, 'c');
    }

    /** The user's devices, a hash. Lives in the partition of the user's inbox. */
    static String devices(Channel inbox) {
        return prefix(Partition.of(inbox)) + "u:" + inbox.tenant() + '/' + inbox.name();
    }

    /** Tickets of a user, a list. In the partition of the place that each ticket names. */
    static String tickets(String place) {
        return prefix(Partition.of(place)) + "t:" + place;
    }

    /** A bucket of idempotency keys of the channel's partition, a hash. */
    static String idempotency(Channel channel, long bucket) {
        return prefix(Partition.of(channel)) + "d:" + bucket;
    }

    /** How many connections each gateway holds, a hash. There is one, so it lives anywhere. */
    static String gateways() {
        return prefix(0) + "n";
    }

    private static String of(Channel channel, char kind) {
        return prefix(Partition.of(channel)) + kind + ':' + channel.tenant() + '/' + channel.path();
    }

    private static String prefix(int partition) {
        return "hg:{" + Partition.tag(partition) + "}:";
    }
}
