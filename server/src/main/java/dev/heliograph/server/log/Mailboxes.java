package dev.heliograph.server.log;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * All mailboxes of a gateway: read together where one server has them, each by itself on a Cluster,
 * where what happens to one server concerns its mailboxes alone.
 */
public final class Mailboxes implements AutoCloseable {

    private final int groups;
    private final List<MailboxReader> readers;

    Mailboxes(RedisClients clients, String node, MailboxListener listener) {
        MailboxGroups layout = clients.topology().mailboxGroups();
        this.groups = layout.count();
        List<Integer> all = IntStream.range(0, groups).boxed().toList();
        List<List<Integer>> shares =
                layout == MailboxGroups.OF_A_CLUSTER
                        ? all.stream().map(List::of).toList()
                        : List.of(all);
        this.readers =
                shares.stream()
                        .map(share -> new MailboxReader(clients, layout, share, node, listener))
                        .toList();
    }

    /** How many groups of channels there are; see {@link MailboxGeneration#group}. */
    public int groups() {
        return groups;
    }

    /** Completes when the first generation of each stands. */
    public CompletableFuture<Void> ready() {
        return CompletableFuture.allOf(
                readers.stream().map(MailboxReader::ready).toArray(CompletableFuture[]::new));
    }

    /** Age of the oldest entry in the newest read, in seconds; 0 when all is read. */
    public double lagSeconds() {
        return readers.stream().mapToDouble(MailboxReader::lagSeconds).max().orElse(0);
    }

    /** Ends the readers and deletes the mailboxes: publishes drop the interest at once. */
    @Override
    public void close() {
        List<Thread> closing =
                readers.stream().map(it -> Thread.startVirtualThread(it::close)).toList();
        for (Thread thread : closing) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
