package dev.heliograph.server.redis;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RedisTopologyTest {

    private static final TopologyOptions FAST =
            TopologyOptions.DEFAULTS.withFailAfter(Duration.ofSeconds(1));

    /** What is promised: all is gone this soon after the owner's death. */
    private static final Duration GONE = Duration.ofSeconds(5);

    @Test
    void aKilledPrimaryIsReplacedBySentinelAndComesBackAsReplica() throws Exception {
        List<RedisServer> all;
        try (LocalSentinel topology = LocalSentinel.start(FAST.withReplicas(2))) {
            all = topology.servers();
            RedisServer first = topology.primary();
            write(topology, "before");

            for (RedisServer replica : topology.replicas()) {
                awaitReplicated(first, replica);
            }
            first.kill();
            eventually("another is the primary", () -> primaryOf(topology) != first);

            RedisServer second = topology.primary();
            assertThat(second.ask("GET", "before"), is("kept"));
            first.start();
            eventually("the first one follows", () -> topology.replicas().contains(first));
            write(topology, "after");
            // Asked of all: a starved machine may have had one more failover by now.
            for (RedisServer server : topology.servers()) {
                eventually(
                        server.name() + " holds what the primary of now was told",
                        () -> ask(server, "GET", "after").equals("kept"));
            }
        }
        for (RedisServer server : all) {
            assertThat(server.name(), server.isAlive(), is(false));
        }
    }

    @Test
    void aKilledPrimaryOfAClusterIsReplacedByItsReplica() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(FAST)) {
            assertThat(cluster.primaries(), hasSize(3));
            RedisServer first = cluster.primaries().getFirst();
            RedisServer replica = cluster.replicasOf(first).getFirst();
            try (var client = clusterClient(cluster, replica);
                    var connection = client.connect()) {
                for (int i = 0; i < 30; i++) {
                    connection.sync().set("key-" + i, "kept");
                }
            }

            awaitReplicated(first, replica);
            first.kill();
            eventually("its replica is the primary", () -> cluster.primaries().contains(replica));
            eventually(
                    "all slots are served again",
                    () -> ask(replica, "CLUSTER", "INFO").contains("cluster_state:ok"));
            for (RedisServer server : cluster.servers()) {
                eventually(
                        server.name() + " knows it",
                        () -> server.equals(first) || knowsAsPrimary(server, replica));
            }

            try (var client = clusterClient(cluster, replica);
                    var connection = client.connect()) {
                for (int i = 0; i < 30; i++) {
                    assertThat(connection.sync().get("key-" + i), is("kept"));
                }
            }
            first.start();
            eventually("the first one follows", () -> cluster.replicas().contains(first));
        }
    }

    @Test
    void aStoppedServerDoesNotAnswerUntilItIsResumedAndARestartedOneKeepsItsLog() throws Exception {
        TopologyOptions kept = FAST.withSettings("appendonly yes");
        try (LocalSingle single = LocalSingle.start(kept)) {
            RedisServer server = single.servers().getFirst();
            server.ask("SET", "key", "kept");
            long pid = server.pid();
            server.pause();
            assertThat(single.primaries(), hasSize(0));
            server.resume();
            assertThat(single.primaries(), hasSize(1));
            server.kill();
            assertThat(server.isAlive(), is(false));
            server.start();
            assertThat(server.pid(), not(pid));
            assertThat(server.ask("GET", "key"), is("kept"));
        }
    }

    @Test
    void allServersAreGoneSoonAfterTheirOwnerWasKilled() throws Exception {
        Process owner =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Owner.class.getName())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        List<ProcessHandle> servers;
        Path home;
        try (BufferedReader said = owner.inputReader(StandardCharsets.UTF_8)) {
            servers =
                    List.of(said.readLine().split(",", -1)).stream()
                            .map(pid -> ProcessHandle.of(Long.parseLong(pid)).orElseThrow())
                            .toList();
            home = Path.of(said.readLine()).getParent();
        } finally {
            owner.destroyForcibly();
        }
        for (ProcessHandle server : servers) {
            server.onExit().get(GONE.toMillis(), TimeUnit.MILLISECONDS);
        }
        eventually("its files are gone", () -> !Files.exists(home));
    }

    /** Runs a topology until it is killed, with one server stopped. */
    static final class Owner {

        public static void main(String[] args) throws Exception {
            LocalSentinel topology = LocalSentinel.start(FAST);
            RedisServer replica = topology.servers().getLast();
            String home = replica.ask("CONFIG", "GET", "dir").lines().toList().getLast();
            replica.pause();
            System.out.println(
                    topology.servers().getFirst().pid()
                            + ","
                            + replica.pid()
                            + ","
                            + topology.sentinels().getFirst().pid());
            System.out.println(home);
            Thread.currentThread().join();
        }
    }

    private static void write(LocalSentinel topology, String key) {
        RedisClient client = RedisClient.create(RedisURI.create(topology.uri()));
        try (var connection = client.connect()) {
            connection.sync().set(key, "kept");
        } finally {
            client.shutdown(0, 1, TimeUnit.SECONDS);
        }
    }

    private static RedisClusterClient clusterClient(LocalCluster cluster, RedisServer seed) {
        // Its hosts stand in one authority, which a RedisURI of one node does not read.
        String password = cluster.uri().toString().split("[:@]", -1)[2];
        return RedisClusterClient.create("redis://:" + password + "@127.0.0.1:" + seed.port());
    }

    /**
     * Returns once the replica holds what the primary had answered: replication is asynchronous.
     */
    private static void awaitReplicated(RedisServer primary, RedisServer replica)
            throws IOException {
        long written = offset(primary.ask("INFO", "replication"), "master_repl_offset");
        eventually(
                replica.name() + " has all of " + primary.name(),
                () -> offset(ask(replica, "INFO", "replication"), "slave_repl_offset") >= written);
    }

    private static long offset(String replication, String field) {
        return replication
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .mapToLong(line -> Long.parseLong(line.substring(field.length() + 1)))
                .findFirst()
                .orElse(-1);
    }

    private static RedisServer primaryOf(LocalSentinel topology) {
        try {
            return topology.primary();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static boolean knowsAsPrimary(RedisServer server, RedisServer other) {
        return ask(server, "CLUSTER", "NODES")
                .lines()
                .filter(line -> line.contains(":" + other.announcedPort() + "@"))
                .anyMatch(line -> line.contains("master"));
    }

    private static String ask(RedisServer server, String... command) {
        try {
            return server.ask(command);
        } catch (IOException e) {
            return "";
        }
    }
}
