package dev.heliograph.server.log;

import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** The primaries of a Redis Cluster, as the majority of its servers sees them. */
final class ClusterTopology extends WatchedTopology {

    /**
     * Changes show in answers at once. This finds those that show in none, as when a server that
     * does not answer was replaced.
     */
    private static final Duration EVERY = Duration.ofSeconds(5);

    private final RedisClusterClient client;
    /* By partition. Replaced as a whole. */
    private volatile List<Endpoint> primaries = List.of();

    /**
     * Asks for the first time.
     *
     * @param seeds some servers of the cluster
     * @throws LogException.Unavailable when none of them answers, or slots are not covered
     */
    ClusterTopology(ClientResources resources, List<RedisURI> seeds, Duration timeout) {
        this.client = RedisClusterClient.create(resources, seeds);
        client.setOptions(
                ClusterClientOptions.builder()
                        .topologyRefreshOptions(
                                ClusterTopologyRefreshOptions.builder()
                                        .refreshTriggersReconnectAttempts(0)
                                        .build())
                        .socketOptions(SocketOptions.builder().connectTimeout(timeout).build())
                        .validateClusterNodeMembership(false)
                        .build());
        try {
            look();
        } catch (RuntimeException e) {
            close();
            throw new LogException.Unavailable(
                    "The cluster cannot be asked who has which slots: " + e.getMessage(), e);
        }
        watch(EVERY);
    }

    @Override
    public MailboxGroups mailboxGroups() {
        return MailboxGroups.OF_A_CLUSTER;
    }

    @Override
    public Endpoint endpoint(String key) {
        return primaries.get(Partition.ofSlot(SlotHash.getSlot(key)));
    }

    @Override
    public Set<Endpoint> endpoints() {
        return new LinkedHashSet<>(primaries);
    }

    @Override
    boolean look() {
        client.refreshPartitions();
        List<Endpoint> found = IntStream.range(0, Partition.COUNT).mapToObj(this::primary).toList();
        boolean changed = !found.equals(primaries);
        primaries = found;
        return changed;
    }

    private Endpoint primary(int partition) {
        int slot = SlotHash.getSlot('{' + Partition.tag(partition) + '}');
        RedisClusterNode node = client.getPartitions().getMasterBySlot(slot);
        if (node == null) {
            throw new LogException.Unavailable("No server has slot " + slot, null);
        }
        return new Endpoint(node.getUri().getHost(), node.getUri().getPort());
    }

    @Override
    public void close() {
        super.close();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
}
