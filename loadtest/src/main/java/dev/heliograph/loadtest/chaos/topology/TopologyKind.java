package dev.heliograph.loadtest.chaos.topology;

import dev.heliograph.server.redis.LocalCluster;
import dev.heliograph.server.redis.LocalSentinel;
import dev.heliograph.server.redis.LocalSingle;
import dev.heliograph.server.redis.RedisTopology;
import dev.heliograph.server.redis.TopologyOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;

/** How the Redis of an installation is laid out. */
public enum TopologyKind {
    /** One Redis with an append-only file. */
    SINGLE(0),
    /** A primary and two replicas, watched by three Sentinels. */
    SENTINEL(2),
    /** Three primaries with a replica each. */
    CLUSTER(1);

    /**
     * Short enough that a ten-minute run sees many failovers, and longer than the pauses of a small
     * machine on which a dozen processes start at once.
     */
    private static final Duration FAIL_AFTER = Duration.ofSeconds(3);

    private final int replicas;

    TopologyKind(int replicas) {
        this.replicas = replicas;
    }

    /** Replicas of each primary. */
    public int replicas() {
        return replicas;
    }

    /** Whether another server takes over from a primary. */
    public boolean failsOver() {
        return replicas > 0;
    }

    /** Starts it. */
    RedisTopology start(TopologyOptions.PortFront front) throws IOException {
        TopologyOptions options =
                TopologyOptions.DEFAULTS
                        .withReplicas(replicas)
                        .withFailAfter(FAIL_AFTER)
                        .withSettings(
                                "appendonly yes",
                                "appendfsync everysec",
                                "enable-debug-command local")
                        .withFront(front);
        return switch (this) {
            case SINGLE -> LocalSingle.start(options);
            case SENTINEL -> LocalSentinel.start(options);
            case CLUSTER -> LocalCluster.start(options);
        };
    }

    /** As the command line has it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
