package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.loadtest.chaos.history.Loses;
import dev.heliograph.loadtest.chaos.topology.TopologyKind;
import dev.heliograph.server.redis.RedisServer;
import java.io.IOException;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * SIGKILL to a primary and, at the same time, to a replica that has acknowledged what it wrote: the
 * one fault that may cost a REPLICATED notification.
 */
record KillWithReplica() implements Fault {

    @Override
    public String kind() {
        return "primary-and-replica-kill";
    }

    @Override
    public Part part() {
        return Part.REDIS;
    }

    /** As that of a primary alone. */
    @Override
    public Span lasts() {
        return new Span(2, 10);
    }

    @Override
    public boolean fits(TopologyKind topology) {
        return topology.failsOver();
    }

    @Override
    public Attack aim(Scene scene, RandomGenerator random) throws IOException {
        RedisServer primary = RedisTargets.PRIMARY.any(scene, random);
        RedisServer replica = Scene.any(scene.installation().redis().replicasOf(primary), random);
        List<RedisServer> killed = List.of(primary, replica);
        return new Attack(
                primary.name() + " and " + replica.name(),
                Loses.REPLICAS,
                () -> {
                    for (RedisServer server : killed) {
                        server.kill();
                    }
                },
                () -> {
                    for (RedisServer server : killed) {
                        server.start();
                    }
                    scene.installation().awaitWhole();
                });
    }
}
