package dev.heliograph.server.log;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * All mailboxes of a gateway: read together where one server has them, each by itself on a Cluster,
 * where what happens to one server concerns its mailboxes alone.
 */
public final class Mailboxes implements PathProbe.Path, AutoCloseable {

    private final int groups;
    private final List<MailboxReader> readers;
    private final PathProbe probe;

    /**
     * Begins to read.
     *
     * @param writes what publishes go by
     * @param control what reads go by
     * @param probeEvery how often the path is probed
     */
    Mailboxes(
            RedisClients clients,
            RedisPipes writes,
            RedisPipes control,
            String node,
            MailboxListener listener,
            Duration probeEvery) {
        MailboxGroups layout = clients.topology().mailboxGroups();
        this.groups = layout.count();
        List<Integer> all = IntStream.range(0, groups).boxed().toList();
        List<List<Integer>> shares =
                layout == MailboxGroups.OF_A_CLUSTER
                        ? all.stream().map(List::of).toList()
                        : List.of(all);
        this.probe = new PathProbe(clients, writes, control, this, probeEvery);
        this.readers =
                shares.stream()
                        .map(
                                share ->
                                        new MailboxReader(
                                                clients,
                                                layout,
                                                share,
                                                node,
                                                listener,
                                                probe::seen))
                        .toList();
        probe.start();
    }

    /** How many groups of channels there are; see {@link MailboxGeneration#group}. */
    @Override
    public int groups() {
        return groups;
    }

    /** False while what is sent to these mailboxes does not arrive, though Redis is there. */
    public boolean pathWorks() {
        return probe.works();
    }

    @Override
    public String key(int group) {
        return reader(group).key(group);
    }

    @Override
    public boolean isConnected(int group) {
        return reader(group).isConnected();
    }

    @Override
    public void reconnect(int group) {
        reader(group).reconnect();
    }

    private MailboxReader reader(int group) {
        return readers.size() == 1 ? readers.getFirst() : readers.get(group);
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
        probe.close();
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
