package dev.heliograph.server.redis;

import java.io.IOException;
import java.net.URI;
import java.util.List;

/** One Redis that can be restarted. */
public final class LocalSingle implements RedisTopology {

    private final RedisServers shared;
    private final RedisServer server;

    private LocalSingle(RedisServers shared, RedisServer server) {
        this.shared = shared;
        this.server = server;
    }

    /** Starts it; its number of replicas is 0 whatever the options say. */
    public static LocalSingle start(TopologyOptions options) throws IOException {
        RedisServers shared = RedisServers.open(options);
        try {
            RedisServer server = shared.dataServer("redis-1");
            server.start();
            return new LocalSingle(shared, server);
        } catch (IOException e) {
            shared.close();
            throw e;
        }
    }

    @Override
    public URI uri() {
        return URI.create("redis://:" + shared.password() + "@127.0.0.1:" + server.announcedPort());
    }

    @Override
    public List<RedisServer> servers() {
        return List.of(server);
    }

    @Override
    public void close() {
        shared.close();
    }
}
