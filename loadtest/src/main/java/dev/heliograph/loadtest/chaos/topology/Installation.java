package dev.heliograph.loadtest.chaos.topology;

import dev.heliograph.loadtest.chaos.topology.ServerNode.Role;
import dev.heliograph.server.auth.TokenIssuer;
import dev.heliograph.server.redis.RedisServer;
import dev.heliograph.server.redis.RedisTopology;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A whole installation on this machine, with a proxy in front of each part. Devices reach any
 * living gateway through one address, as through a load balancer.
 */
public final class Installation implements AutoCloseable {

    private static final int NOTIFY_NODES = 2;
    private static final int GATEWAYS = 3;

    /** A replica that missed little copies it in milliseconds; one that missed much in seconds. */
    private static final Duration WHOLE_TIMEOUT = Duration.ofSeconds(45);

    private static final long POLL_MS = 100;

    /** Connections that a gateway takes; a flood reaches it quickly. */
    public static final int MAX_CONNECTIONS = 400;

    /** Notifications that a log keeps: more than a channel gets while any fault lasts. */
    public static final int MAX_LENGTH = 1_000;

    /** Longer than any run. */
    public static final Duration RETENTION = Duration.ofDays(7);

    private static final String ISSUER = "heliograph";
    private static final Duration TOKEN_TTL = Duration.ofHours(24);

    private static final Map<String, String> SETTINGS =
            Map.of(
                    // A dead peer is noticed within a fault rather than long after it.
                    "gateway.heartbeat-interval",
                    "5s",
                    "gateway.heartbeat-timeout",
                    "5s",
                    "gateway.max-connections",
                    Integer.toString(MAX_CONNECTIONS),
                    // A few dozen devices move in no time, and whoever is unready is left out at
                    // once.
                    "gateway.drain-delay",
                    "0s",
                    "gateway.drain-time",
                    "2s",
                    "log.max-length",
                    Integer.toString(MAX_LENGTH),
                    "log.retention",
                    RETENTION.toDays() + "d");

    private final TopologyKind kind;
    private final Map<String, FaultProxy> redisProxies = new ConcurrentHashMap<>();
    private final Map<String, FaultProxy> producerProxies = new HashMap<>();
    private final List<ServerNode> nodes = new ArrayList<>();
    private final TokenIssuer tokens;
    private RedisTopology redis;
    private FaultProxy front;

    private Installation(TopologyKind kind, TokenIssuer tokens) {
        this.kind = kind;
        this.tokens = tokens;
    }

    /**
     * Starts all of it and waits until devices can connect.
     *
     * @param directory for the key and the servers' logs; the caller's to remove
     */
    public static Installation start(TopologyKind kind, Path directory)
            throws IOException, InterruptedException {
        Path key = directory.resolve("jwks.json");
        TokenIssuer.createKey(key);
        Installation installation = new Installation(kind, TokenIssuer.create(key, ISSUER, ISSUER));
        try {
            installation.startRedis();
            installation.startNodes(key, directory);
            return installation;
        } catch (IOException | InterruptedException | RuntimeException e) {
            installation.close();
            throw e;
        }
    }

    private void startRedis() throws IOException {
        redis =
                kind.start(
                        (name, port) -> {
                            if (!name.startsWith("redis")) {
                                return port;
                            }
                            FaultProxy proxy = FaultProxy.to(port);
                            redisProxies.put(name, proxy);
                            return proxy.port();
                        });
    }

    private void startNodes(Path key, Path directory) throws IOException, InterruptedException {
        Map<String, String> settings = new HashMap<>(SETTINGS);
        settings.put("redis.uri", redis.uri().toString());
        settings.put("redis.replicas", Integer.toString(kind.replicas()));
        settings.put("auth.jwks", key.toString());
        for (int i = 1; i <= NOTIFY_NODES; i++) {
            add(Role.NOTIFY, "notify-" + i, settings, directory);
        }
        for (int i = 1; i <= GATEWAYS; i++) {
            add(Role.GATEWAY, "gateway-" + i, settings, directory);
        }
        for (ServerNode node : nodes(Role.NOTIFY)) {
            producerProxies.put(node.name(), FaultProxy.to(node.port()));
        }
        front = new FaultProxy(this::gatewayPorts);
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        List<Thread> starting =
                nodes.stream()
                        .map(
                                node ->
                                        Thread.startVirtualThread(
                                                () -> {
                                                    try {
                                                        node.start();
                                                    } catch (IOException | InterruptedException e) {
                                                        failures.add(e);
                                                    }
                                                }))
                        .toList();
        for (Thread thread : starting) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            throw new IOException(failures.getFirst().getMessage(), failures.getFirst());
        }
    }

    private void add(Role role, String name, Map<String, String> settings, Path directory)
            throws IOException {
        nodes.add(new ServerNode(role, name, settings, directory.resolve(name + ".log")));
    }

    /** In random order, so that devices spread and find another one when the first is down. */
    private List<Integer> gatewayPorts() {
        List<Integer> ports =
                new ArrayList<>(nodes(Role.GATEWAY).stream().map(ServerNode::port).toList());
        Collections.shuffle(ports);
        return ports;
    }

    public TopologyKind kind() {
        return kind;
    }

    public RedisTopology redis() {
        return redis;
    }

    /** All with a role. */
    public List<ServerNode> nodes(Role role) {
        return nodes.stream().filter(node -> node.role() == role).toList();
    }

    /** The endpoint of devices, at any living gateway. */
    public String deviceUrl() {
        return "ws://127.0.0.1:" + front.port() + "/v1/connect";
    }

    /** Where backends reach each notify node. */
    public List<String> notifyAddresses() {
        return nodes(Role.NOTIFY).stream()
                .map(node -> "127.0.0.1:" + producerProxies.get(node.name()).port())
                .toList();
    }

    /** A token for a device of a user that outlives the run. */
    public String deviceToken(String user, List<String> topics) {
        return tokens.device(user, topics, Optional.empty(), TOKEN_TTL);
    }

    /** A token for a backend that outlives the run. */
    public String producerToken() {
        return tokens.producer("chaos", TOKEN_TTL);
    }

    /** Every pair of parts, as roles are now. */
    public List<Link> links() {
        List<Link> links = new ArrayList<>();
        links.add(new Link("devices → gateways", Link.Kind.DEVICE, front, Clients.ALL));
        producerProxies.forEach(
                (node, proxy) ->
                        links.add(
                                new Link(
                                        "backend → " + node,
                                        Link.Kind.PRODUCER,
                                        proxy,
                                        Clients.ALL)));
        for (RedisServer primary : redis.primaries()) {
            for (ServerNode node : nodes) {
                links.add(
                        new Link(
                                node.name() + " → " + primary.name(),
                                node.role() == Role.GATEWAY
                                        ? Link.Kind.GATEWAY_REDIS
                                        : Link.Kind.NOTIFY_REDIS,
                                proxyOf(primary),
                                Clients.of(() -> List.of(node.pid()))));
            }
            if (kind.failsOver()) {
                links.add(replication(primary));
            }
        }
        return links;
    }

    /** The way by which replicas follow a primary. */
    public Link replication(RedisServer primary) {
        return new Link(
                "replicas → " + primary.name(),
                Link.Kind.REPLICATION,
                proxyOf(primary),
                Clients.of(this::redisPids));
    }

    private Collection<Long> redisPids() {
        return redis.servers().stream().map(RedisServer::pid).toList();
    }

    /** What stands in front of a Redis. */
    public FaultProxy proxyOf(RedisServer server) {
        return redisProxies.get(server.name());
    }

    /**
     * Waits until every Redis is there and each replica follows.
     *
     * @throws IOException when it takes too long, naming what is missing
     */
    public void awaitWhole() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + WHOLE_TIMEOUT.toNanos();
        while (!isWhole()) {
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "Redis is not whole again after "
                                + WHOLE_TIMEOUT.toSeconds()
                                + " s: "
                                + describe());
            }
            Thread.sleep(POLL_MS);
        }
    }

    private boolean isWhole() {
        int primaries = redis.servers().size() / (1 + kind.replicas());
        int replicas = redis.servers().size() - primaries;
        return redis.primaries().size() == primaries
                && redis.replicas().stream().filter(this::follows).count() == replicas;
    }

    private boolean follows(RedisServer replica) {
        try {
            return replica.ask("ROLE").contains("\nconnected\n")
                    && (kind != TopologyKind.CLUSTER
                            || replica.ask("CLUSTER", "INFO").contains("cluster_state:ok"));
        } catch (IOException _) {
            // It will in a moment, or the wait ends.
            return false;
        }
    }

    private String describe() {
        StringBuilder text = new StringBuilder();
        for (RedisServer server : redis.servers()) {
            text.append(server.name()).append(" is ");
            try {
                text.append(server.ask("ROLE").replace('\n', ' '));
            } catch (IOException e) {
                text.append("silent (").append(e.getMessage()).append(')');
            }
            text.append("; ");
        }
        return text.toString();
    }

    @Override
    public void close() {
        List<Thread> ending =
                nodes.stream().map(node -> Thread.startVirtualThread(node::close)).toList();
        for (Thread thread : ending) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                // Their watchdogs end them in any case.
                Thread.currentThread().interrupt();
            }
        }
        Stream.of(redisProxies.values().stream(), producerProxies.values().stream())
                .flatMap(each -> each)
                .forEach(FaultProxy::close);
        if (front != null) {
            front.close();
        }
        if (redis != null) {
            redis.close();
        }
    }
}
