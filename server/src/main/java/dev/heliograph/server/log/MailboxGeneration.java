package dev.heliograph.server.log;

import java.util.List;

/**
 * The mailboxes that one reader made together.
 *
 * @param name of all of them; unique for good
 * @param groups the groups of partitions that they serve
 * @param of how many groups there are in all
 * @param reason why they were made, in a few words, for logs and metrics
 */
public record MailboxGeneration(String name, List<Integer> groups, int of, String reason) {

    /** Which of all mailboxes of a gateway serves a channel: 0 to {@link #of} - 1. */
    public static int group(Channel channel, int of) {
        return Partition.of(channel) % of;
    }

    /** Whether it serves this channel. */
    public boolean serves(Channel channel) {
        return groups.contains(group(channel, of));
    }
}
