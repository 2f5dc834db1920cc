package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.loadtest.chaos.history.Loses;
import dev.heliograph.loadtest.chaos.topology.FaultProxy;
import dev.heliograph.loadtest.chaos.topology.Impairment;
import dev.heliograph.loadtest.chaos.topology.Link;
import dev.heliograph.loadtest.chaos.topology.TopologyKind;
import dev.heliograph.server.redis.RedisServer;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;

/**
 * A primary is cut off from its replicas, takes notifications that they never see, and is killed:
 * the one that takes over uses their numbers again.
 */
record LostTail() implements Fault {

    /** Some hundred notifications at the usual rates, and less than makes a failover by itself. */
    private static final int ALONE_MS = 1_200;

    @Override
    public String kind() {
        return "primary-lost-tail";
    }

    @Override
    public Part part() {
        return Part.REDIS;
    }

    @Override
    public Span lasts() {
        return new Span(5, 10);
    }

    @Override
    public boolean fits(TopologyKind topology) {
        return topology.failsOver();
    }

    @Override
    public Attack aim(Scene scene, RandomGenerator random) throws IOException {
        RedisServer primary = RedisTargets.PRIMARY.any(scene, random);
        Link replication = scene.installation().replication(primary);
        AtomicReference<FaultProxy.Rule> cut = new AtomicReference<>();
        return new Attack(
                primary.name(),
                Loses.PRIMARY,
                () -> {
                    cut.set(
                            replication
                                    .proxy()
                                    .impair(
                                            new Impairment.Blackhole(true, true),
                                            replication.clients()));
                    Thread.sleep(ALONE_MS);
                    primary.kill();
                },
                () -> {
                    if (cut.get() != null) {
                        cut.get().heal();
                    }
                    RedisTargets.bringBack(scene, primary);
                });
    }
}
