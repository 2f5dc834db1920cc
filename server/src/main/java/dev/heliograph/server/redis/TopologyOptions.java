package dev.heliograph.server.redis;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * How a {@link RedisTopology} is made.
 *
 * @param replicas replicas of each primary
 * @param failAfter silence after which a server counts as down, which starts a failover: Sentinel's
 *     {@code down-after-milliseconds}, the Cluster's {@code cluster-node-timeout}
 * @param settings lines for the configuration of each server that keeps the log, such as {@code
 *     appendonly yes}
 * @param front what stands in front of each server
 */
public record TopologyOptions(
        int replicas, Duration failAfter, List<String> settings, PortFront front) {

    /** Decides under which port a server is announced to the others and to clients. */
    @FunctionalInterface
    public interface PortFront {
        /**
         * Returns the port to announce, from which all bytes have to reach the server's.
         *
         * @param name of the server, such as {@code redis-1}
         * @param port where the server itself will listen
         */
        int announce(String name, int port) throws IOException;
    }

    /** One replica, 2 s, nothing in front. */
    public static final TopologyOptions DEFAULTS =
            new TopologyOptions(1, Duration.ofSeconds(2), List.of(), (name, port) -> port);

    public TopologyOptions {
        settings = List.copyOf(settings);
    }

    /** The same with another number of replicas. */
    public TopologyOptions withReplicas(int number) {
        return new TopologyOptions(number, failAfter, settings, front);
    }

    /** The same with another time until a failover. */
    public TopologyOptions withFailAfter(Duration silence) {
        return new TopologyOptions(replicas, silence, settings, front);
    }

    /** The same with other lines of configuration. */
    public TopologyOptions withSettings(String... lines) {
        return new TopologyOptions(replicas, failAfter, List.of(lines), front);
    }

    /** The same with something in front of each server. */
    public TopologyOptions withFront(PortFront newFront) {
        return new TopologyOptions(replicas, failAfter, settings, newFront);
    }
}
