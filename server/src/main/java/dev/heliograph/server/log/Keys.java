package dev.heliograph.server.log;

/** Names of Redis keys. The tag comes first, so that braces in names cannot change a key's slot. */
final class Keys {

    /** Groups of partitions that share mailboxes on one Redis. */
    static final int GROUPS = 8;

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

    /** A bucket of idempotency keys of the channel's partition, a hash. */
    static String idempotency(Channel channel, long bucket) {
        return prefix(Partition.of(channel)) + "d:" + bucket;
    }

    /** What, with a mailbox' name behind it, is the key of the mailbox that serves the channel. */
    static String mailboxPrefix(Channel channel) {
        return mailboxPrefix(Partition.of(channel) % GROUPS);
    }

    /** What, with a mailbox' name behind it, is the key of the mailbox of a group. */
    static String mailboxPrefix(int group) {
        return "hg:{g" + group + "}:m:";
    }

    private static String of(Channel channel, char kind) {
        return prefix(Partition.of(channel)) + kind + ':' + channel.tenant() + '/' + channel.path();
    }

    private static String prefix(int partition) {
        return "hg:{" + Partition.tag(partition) + "}:";
    }
}
