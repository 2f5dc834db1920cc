package dev.heliograph.server.log;

/**
 * How the 64 partitions share mailboxes and broadcast streams. Both have to be on the server that
 * has the logs of their channels, since one script writes all.
 */
enum MailboxGroups {

    /** All partitions are on one server: a few mailboxes, which one command reads. */
    OF_ONE_SERVER(8) {
        @Override
        String tag(int group) {
            return "g" + group;
        }
    },

    /** Each partition may move to another server by itself, with its mailboxes. */
    OF_A_CLUSTER(Partition.COUNT) {
        @Override
        String tag(int group) {
            return Partition.tag(group);
        }
    };

    private final int count;

    MailboxGroups(int count) {
        this.count = count;
    }

    /** The hash tag of a group's keys, without braces. */
    abstract String tag(int group);

    int count() {
        return count;
    }

    int of(Channel channel) {
        return MailboxGeneration.group(channel, count);
    }

    /** What all keys of a group begin with. */
    private String keys(int group) {
        return "hg:{" + tag(group) + "}:";
    }

    /** The same of the group that serves the channel. */
    String keys(Channel channel) {
        return keys(of(channel));
    }

    /** What, with a mailbox' name behind it, is the key of the mailbox of a group. */
    String prefix(int group) {
        return keys(group) + "m:";
    }

    /** What, with a mailbox' name behind it, is the key of the mailbox that serves the channel. */
    String prefix(Channel channel) {
        return prefix(of(channel));
    }

    /** Key of the stream that every gateway reads beside its mailbox of a group. */
    String broadcasts(int group) {
        return keys(group) + 'b';
    }
}
