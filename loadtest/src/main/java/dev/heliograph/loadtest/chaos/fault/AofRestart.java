package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.loadtest.chaos.topology.TopologyKind;
import dev.heliograph.server.redis.RedisServer;
import java.io.IOException;
import java.net.SocketException;
import java.util.random.RandomGenerator;

/** A Redis is shut down in good order and loads its append-only file when it comes back. */
record AofRestart() implements Fault {

    private static final int GONE_POLL_MS = 20;

    @Override
    public String kind() {
        return "aof-restart";
    }

    @Override
    public Part part() {
        return Part.REDIS;
    }

    @Override
    public Span lasts() {
        return new Span(1, 5);
    }

    @Override
    public boolean fits(TopologyKind topology) {
        return !topology.failsOver();
    }

    @Override
    public Attack aim(Scene scene, RandomGenerator random) throws IOException {
        RedisServer server = RedisTargets.PRIMARY.any(scene, random);
        return Attack.on(
                server.name(), () -> shutDown(server), () -> RedisTargets.bringBack(scene, server));
    }

    private static void shutDown(RedisServer server) throws IOException, InterruptedException {
        try {
            server.ask("SHUTDOWN");
        } catch (SocketException | java.io.EOFException _) {
            // It goes without an answer.
        }
        while (server.isAlive()) {
            Thread.sleep(GONE_POLL_MS);
        }
    }
}
