package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.loadtest.chaos.history.Loses;
import dev.heliograph.loadtest.chaos.topology.Installation;
import dev.heliograph.loadtest.chaos.topology.TopologyKind;
import dev.heliograph.server.redis.RedisServer;
import java.io.IOException;
import java.util.List;
import java.util.random.RandomGenerator;

/** Redis servers as targets. */
enum RedisTargets {
    PRIMARY,
    REPLICA;

    RedisServer any(Scene scene, RandomGenerator random) throws IOException {
        var redis = scene.installation().redis();
        List<RedisServer> candidates =
                switch (this) {
                    case PRIMARY -> redis.primaries();
                    case REPLICA -> redis.replicas();
                };
        return Scene.any(candidates, random);
    }

    boolean existsIn(TopologyKind topology) {
        return this == PRIMARY || topology.failsOver();
    }

    /**
     * What may be lost when it is away for long: where others take over, what they did not have;
     * one that stands alone comes back with its append-only file.
     */
    Loses loses(Installation installation) {
        return this == PRIMARY && installation.kind().failsOver() ? Loses.PRIMARY : Loses.NOTHING;
    }

    /** Starts a server that was killed, and waits until all are in their places. */
    static void bringBack(Scene scene, RedisServer server)
            throws IOException, InterruptedException {
        server.start();
        scene.installation().awaitWhole();
    }

    @Override
    public String toString() {
        return this == PRIMARY ? "primary" : "replica";
    }
}
