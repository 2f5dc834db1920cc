package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.loadtest.chaos.topology.TopologyKind;
import dev.heliograph.server.redis.RedisServer;
import java.io.IOException;
import java.util.random.RandomGenerator;

/** SIGSTOP to a Redis: where another takes over, it wakes up as a primary that is none any more. */
record StopRedis(RedisTargets targets) implements Fault {

    @Override
    public String kind() {
        return targets + "-stop";
    }

    @Override
    public Part part() {
        return Part.REDIS;
    }

    @Override
    public Span lasts() {
        return new Span(3, 20);
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
                server::pause,
                () -> {
                    server.resume();
                    scene.installation().awaitWhole();
                });
    }
}
