package dev.heliograph.loadtest.report;

/**
 * A system and its devices at a moment of a run.
 *
 * @param second since the beginning
 * @param phase what was going on
 * @param up devices with a connection
 * @param ready of these, such as are subscribed
 * @param sent notifications so far
 * @param received deliveries so far
 * @param rss resident memory of the gateways, in bytes
 * @param gatewayCpu CPU time of the gateways so far, in seconds
 * @param otherCpu of the system's other processes and Redis
 * @param deviceCpu of the swarm
 */
public record Moment(
        double second,
        String phase,
        int up,
        int ready,
        long sent,
        long received,
        long rss,
        double gatewayCpu,
        double otherCpu,
        double deviceCpu) {}
