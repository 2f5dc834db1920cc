package dev.heliograph.server.redis;

import java.io.IOException;
import java.net.URI;
import java.util.List;

/**
 * Redis servers on this machine that belong together. They are gone within 5 s of this process'
 * end, even by SIGKILL, with all their files.
 */
public sealed interface RedisTopology extends AutoCloseable
        permits LocalSingle, LocalSentinel, LocalCluster {

    /** What {@code heliograph.redis.uri} takes. */
    URI uri();

    /** The servers that keep the log, whatever their roles are now. */
    List<RedisServer> servers();

    /** Those that take writes now, as they themselves say. */
    default List<RedisServer> primaries() {
        return servers().stream().filter(server -> is(server, "master")).toList();
    }

    /** Those that follow another now, as they themselves say. */
    default List<RedisServer> replicas() {
        return servers().stream().filter(server -> is(server, "slave")).toList();
    }

    /** Those that follow a server, as the server says. */
    default List<RedisServer> replicasOf(RedisServer primary) throws IOException {
        List<String> ports = primary.ask("ROLE").lines().toList();
        return servers().stream()
                .filter(server -> ports.contains(Integer.toString(server.announcedPort())))
                .toList();
    }

    @Override
    void close();

    private static boolean is(RedisServer server, String role) {
        try {
            return server.role().equals(role);
        } catch (IOException _) {
            // It is down: it has no role.
            return false;
        }
    }
}
