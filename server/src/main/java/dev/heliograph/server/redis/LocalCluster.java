package dev.heliograph.server.redis;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A Redis Cluster of three primaries with replicas. It needs Redis 7.0 for its bus ports. */
public final class LocalCluster implements RedisTopology {

    private static final int PRIMARIES = 3;
    private static final int SLOTS = 16_384;

    /** Nodes learn of each other by gossip once a second. */
    private static final Duration AGREE_TIMEOUT = Duration.ofSeconds(60);

    private final RedisServers shared;
    /* Primaries first, as they are made. */
    private final List<RedisServer> servers = new ArrayList<>();
    private final List<Integer> busPorts = new ArrayList<>();

    private LocalCluster(RedisServers shared) {
        this.shared = shared;
    }

    /** Starts all and waits until all slots are served and every replica has copied. */
    public static LocalCluster start(TopologyOptions options) throws IOException {
        LocalCluster cluster = new LocalCluster(RedisServers.open(options));
        try {
            cluster.startServers();
            cluster.join();
            return cluster;
        } catch (IOException e) {
            cluster.close();
            throw e;
        }
    }

    private void startServers() throws IOException {
        int number = PRIMARIES * (1 + shared.options().replicas());
        for (int i = 1; i <= number; i++) {
            RedisServer server = shared.dataServer("redis-" + i);
            int busPort = LocalPorts.next();
            server.configure(
                    """
                    cluster-enabled yes
                    cluster-config-file nodes.conf
                    cluster-node-timeout %d
                    cluster-port %d
                    cluster-announce-ip 127.0.0.1
                    cluster-announce-port %d
                    cluster-announce-bus-port %d"""
                            .formatted(
                                    shared.options().failAfter().toMillis(),
                                    busPort,
                                    server.announcedPort(),
                                    busPort));
            servers.add(server);
            busPorts.add(busPort);
            server.start();
        }
    }

    private void join() throws IOException {
        RedisServer first = servers.getFirst();
        for (int i = 0; i < servers.size(); i++) {
            RedisServer server = servers.get(i);
            // Distinct from the start, so that no two have to settle whose number is whose.
            server.ask("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
            if (i < PRIMARIES) {
                server.ask(
                        "CLUSTER",
                        "ADDSLOTSRANGE",
                        Integer.toString(SLOTS * i / PRIMARIES),
                        Integer.toString(SLOTS * (i + 1) / PRIMARIES - 1));
            }
            if (i > 0) {
                first.ask(
                        "CLUSTER",
                        "MEET",
                        "127.0.0.1",
                        Integer.toString(server.port()),
                        Integer.toString(busPorts.get(i)));
            }
        }
        awaitAll("knows all others", "CLUSTER INFO", "cluster_known_nodes:" + servers.size());
        awaitAll("sees every slot served", "CLUSTER INFO", "cluster_state:ok");
        for (int i = PRIMARIES; i < servers.size(); i++) {
            String primary = servers.get(i % PRIMARIES).ask("CLUSTER", "MYID");
            servers.get(i).ask("CLUSTER", "REPLICATE", primary);
        }
        for (RedisServer replica : servers.subList(PRIMARIES, servers.size())) {
            Waiting.until(
                    replica.name() + " follows",
                    AGREE_TIMEOUT,
                    () -> replica.ask("ROLE").contains("\nconnected\n"));
        }
        int replicas = shared.options().replicas() * PRIMARIES;
        for (RedisServer server : servers) {
            Waiting.until(
                    server.name() + " knows all replicas",
                    AGREE_TIMEOUT,
                    () ->
                            server.ask("CLUSTER", "NODES")
                                            .lines()
                                            .filter(line -> line.contains("slave"))
                                            .count()
                                    == replicas);
        }
    }

    private void awaitAll(String what, String question, String answer) throws IOException {
        for (RedisServer server : servers) {
            Waiting.until(
                    server.name() + " " + what,
                    AGREE_TIMEOUT,
                    () -> server.ask(question.split(" ", -1)).contains(answer));
        }
    }

    /** {@code redis-cluster://:<password>@<three servers>}. */
    @Override
    public URI uri() {
        return URI.create(
                "redis-cluster://:%s@%s"
                        .formatted(
                                shared.password(),
                                RedisServers.addresses(servers.subList(0, PRIMARIES))));
    }

    @Override
    public List<RedisServer> servers() {
        return List.copyOf(servers);
    }

    @Override
    public void close() {
        shared.close();
    }
}
