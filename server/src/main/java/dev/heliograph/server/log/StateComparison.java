package dev.heliograph.server.log;

import static dev.heliograph.server.log.RedisLog.ascii;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Compares what a gateway believes of its channels with what their state in Redis says. */
public final class StateComparison {

    /** Channels per script: it holds up Redis for 0.4 ms. */
    static final int MAX_CHANNELS = 256;

    private static final Finding[] FINDINGS = Finding.values();

    private final RedisPipes control;

    StateComparison(RedisPipes control) {
        this.control = control;
    }

    /**
     * What a gateway believes of a channel.
     *
     * @param mailbox name of the mailbox whose interest is registered
     * @param head the newest entry
     */
    public record Known(Channel channel, String mailbox, Position head) {}

    /** What the state says. In the order of the script's numbers. */
    public enum Finding {
        /** The same. */
        SAME,
        /** Entries of the channel do not go to the mailbox. */
        NO_INTEREST,
        /** Another newest entry, which may be on its way through the mailbox. */
        OTHER_HEAD
    }

    /** Parts channels into what one {@link #compare} takes: the keys of a script share a slot. */
    public static List<List<Channel>> portions(Collection<Channel> channels) {
        Map<Integer, List<Channel>> partitions = new TreeMap<>();
        for (Channel channel : channels) {
            partitions
                    .computeIfAbsent(Partition.of(channel), number -> new ArrayList<>())
                    .add(channel);
        }
        List<List<Channel>> portions = new ArrayList<>();
        for (List<Channel> partition : partitions.values()) {
            for (int from = 0; from < partition.size(); from += MAX_CHANNELS) {
                int to = Math.min(from + MAX_CHANNELS, partition.size());
                portions.add(partition.subList(from, to));
            }
        }
        return portions;
    }

    /**
     * Compares channels of one portion. The findings are in their order. Fails with a {@link
     * LogException}.
     */
    public CompletableFuture<List<Finding>> compare(List<Known> believed) {
        List<String> keys = new ArrayList<>(believed.size());
        List<byte[]> args = new ArrayList<>(5 * believed.size());
        for (Known known : believed) {
            keys.add(Keys.state(known.channel()));
            args.add(ascii(known.mailbox()));
            args.add(ascii(known.head().epoch()));
            args.add(ascii(known.head().seq()));
            args.add(ascii(known.head().id()));
            args.add(ascii(known.head().fingerprint()));
        }
        return control.run(Script.COMPARE, keys, args.toArray(byte[][]::new))
                .thenApply(
                        reply ->
                                reply.stream()
                                        .map(number -> FINDINGS[((Long) number).intValue()])
                                        .toList());
    }
}
