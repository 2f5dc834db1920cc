package dev.heliograph.server.gateway;

import dev.heliograph.server.redis.LocalCluster;
import dev.heliograph.server.redis.RedisServer;
import java.io.IOException;
import java.util.List;

/** Moves the slot of a key to another server of a cluster as redis-cli does, step by step. */
final class SlotMove {

    private static final String TIMEOUT_MS = "5000";

    private final LocalCluster cluster;
    private final String slot;
    private final RedisServer from;
    private final RedisServer to;
    private final String password;

    private SlotMove(LocalCluster cluster, String pattern) throws IOException {
        this.cluster = cluster;
        List<RedisServer> primaries = cluster.primaries();
        RedisServer owner = null;
        String key = "";
        for (RedisServer primary : primaries) {
            String found = primary.ask("KEYS", pattern);
            if (!found.isEmpty()) {
                owner = primary;
                key = found.lines().findFirst().orElseThrow();
            }
        }
        if (owner == null) {
            throw new IOException("No server has a key like " + pattern);
        }
        this.slot = owner.ask("CLUSTER", "KEYSLOT", key);
        this.from = owner;
        this.to = primaries.get((primaries.indexOf(from) + 1) % primaries.size());
        String user = cluster.uri().getRawAuthority();
        this.password = user.substring(1, user.indexOf('@'));
    }

    /**
     * Begins with the slot of the key that matches the pattern. Tells both servers: keys that are
     * gone from the one are asked for at the other from now on.
     */
    static SlotMove begin(LocalCluster cluster, String pattern) throws IOException {
        SlotMove move = new SlotMove(cluster, pattern);
        move.to.ask("CLUSTER", "SETSLOT", move.slot, "IMPORTING", id(move.from));
        move.from.ask("CLUSTER", "SETSLOT", move.slot, "MIGRATING", id(move.to));
        return move;
    }

    /** Moves so many keys; fewer when there are no more. */
    int moveKeys(int count) throws IOException {
        List<String> keys =
                from.ask("CLUSTER", "GETKEYSINSLOT", slot, Integer.toString(count))
                        .lines()
                        .filter(key -> !key.isEmpty())
                        .toList();
        for (String key : keys) {
            from.ask(
                    "MIGRATE",
                    "127.0.0.1",
                    Integer.toString(to.port()),
                    key,
                    "0",
                    TIMEOUT_MS,
                    "AUTH",
                    password);
        }
        return keys.size();
    }

    /** Moves the rest and tells everybody who has the slot now. */
    void finish() throws IOException {
        while (moveKeys(100) > 0) {
            // More may have come in meanwhile.
        }
        to.ask("CLUSTER", "SETSLOT", slot, "NODE", id(to));
        for (RedisServer server : cluster.primaries()) {
            server.ask("CLUSTER", "SETSLOT", slot, "NODE", id(to));
        }
    }

    private static String id(RedisServer server) throws IOException {
        return server.ask("CLUSTER", "MYID");
    }
}
