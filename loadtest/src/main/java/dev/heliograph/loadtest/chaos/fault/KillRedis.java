package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.loadtest.chaos.topology.TopologyKind;
import dev.heliograph.server.redis.RedisServer;
import java.io.IOException;
import java.util.random.RandomGenerator;

/** SIGKILL to a Redis, which comes back later with its append-only file. */
record KillRedis(RedisTargets targets) implements Fault {

    @Override
    public String kind() {
        return targets + "-kill";
    }

    @Override
    public Part part() {
        return Part.REDIS;
    }

    /** Longer than a failover takes, most times. */
    @Override
    public Span lasts() {
        return new Span(2, 10);
    }

    @Override
    public boolean fits(TopologyKind topology) {
        return targets.existsIn(topology);
    }

    @Override
    public Attack aim(Scene scene, RandomGenerator random) throws IOException {
        RedisServer server = targets.any(scene, random);
        return new Attack(
                server.name(),
                targets.loses(scene.installation()),
                server::kill,
                () -> RedisTargets.bringBack(scene, server));
    }
}
