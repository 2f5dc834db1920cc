package dev.heliograph.server.redis;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A primary with replicas, watched by three Sentinels, two of which decide on a failover. */
public final class LocalSentinel implements RedisTopology {

    /** The name that the Sentinels know the primary by. */
    public static final String PRIMARY_NAME = "main";

    private static final int SENTINELS = 3;
    private static final int QUORUM = 2;

    /** Sentinels find each other by messages that each sends every 2 s. */
    private static final Duration AGREE_TIMEOUT = Duration.ofSeconds(30);

    private final RedisServers shared;
    private final List<RedisServer> servers = new ArrayList<>();
    private final List<RedisServer> sentinels = new ArrayList<>();

    private LocalSentinel(RedisServers shared) {
        this.shared = shared;
    }

    /** Starts all and waits until the Sentinels know each other and every replica has copied. */
    public static LocalSentinel start(TopologyOptions options) throws IOException {
        LocalSentinel topology = new LocalSentinel(RedisServers.open(options));
        try {
            topology.startServers();
            topology.startSentinels();
            return topology;
        } catch (IOException e) {
            topology.close();
            throw e;
        }
    }

    private void startServers() throws IOException {
        int replicas = shared.options().replicas();
        RedisServer primary = shared.dataServer("redis-1");
        servers.add(primary);
        primary.start();
        for (int i = 0; i < replicas; i++) {
            RedisServer replica = shared.dataServer("redis-" + (i + 2));
            replica.configure("replicaof 127.0.0.1 " + primary.announcedPort());
            servers.add(replica);
            replica.start();
        }
        Waiting.until(
                "every replica follows",
                AGREE_TIMEOUT,
                () -> {
                    String info = primary.ask("INFO", "replication");
                    return info.lines().filter(line -> line.contains("state=online")).count()
                            == replicas;
                });
    }

    private void startSentinels() throws IOException {
        RedisServer primary = servers.getFirst();
        long downAfterMs = shared.options().failAfter().toMillis();
        for (int i = 1; i <= SENTINELS; i++) {
            RedisServer sentinel = shared.server("sentinel-" + i, LocalPorts.next());
            sentinel.configure(
                    """
                    sentinel monitor %1$s 127.0.0.1 %2$d %3$d
                    sentinel auth-pass %1$s %4$s
                    sentinel down-after-milliseconds %1$s %5$d
                    # A failover that got stuck is tried again after twice this.
                    sentinel failover-timeout %1$s %6$d
                    sentinel parallel-syncs %1$s 1
                    sentinel announce-ip 127.0.0.1
                    sentinel announce-port %7$d"""
                            .formatted(
                                    PRIMARY_NAME,
                                    primary.announcedPort(),
                                    QUORUM,
                                    shared.password(),
                                    downAfterMs,
                                    3 * downAfterMs,
                                    sentinel.announcedPort()));
            sentinels.add(sentinel);
            sentinel.start();
        }
        String all = "slaves=%d,sentinels=%d".formatted(shared.options().replicas(), SENTINELS);
        for (RedisServer sentinel : sentinels) {
            Waiting.until(
                    sentinel.name() + " knows all others",
                    AGREE_TIMEOUT,
                    () -> {
                        String info = sentinel.ask("INFO", "sentinel");
                        return info.contains("status=ok") && info.contains(all);
                    });
        }
    }

    /** {@code redis-sentinel://:<password>@<sentinels>#main}; the password is the servers'. */
    @Override
    public URI uri() {
        return URI.create(
                "redis-sentinel://:%s@%s#%s"
                        .formatted(
                                shared.password(),
                                RedisServers.addresses(sentinels),
                                PRIMARY_NAME));
    }

    @Override
    public List<RedisServer> servers() {
        return List.copyOf(servers);
    }

    public List<RedisServer> sentinels() {
        return List.copyOf(sentinels);
    }

    /** The primary on which a Sentinel that answers says that all agree. */
    public RedisServer primary() throws IOException {
        IOException failure = null;
        for (RedisServer sentinel : sentinels) {
            try {
                List<String> address =
                        sentinel.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", PRIMARY_NAME)
                                .lines()
                                .toList();
                int port = Integer.parseInt(address.getLast());
                return servers.stream()
                        .filter(server -> server.announcedPort() == port)
                        .findFirst()
                        .orElseThrow();
            } catch (IOException e) {
                failure = e;
            }
        }
        throw new IOException("No Sentinel answers", failure);
    }

    @Override
    public void close() {
        shared.close();
    }
}
