package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.peer.TokenAlgorithm;
import dev.heliograph.loadtest.swarm.RampPlan;
import dev.heliograph.loadtest.swarm.TopicPlan;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How much, for any scenario.
 *
 * @param devices each of a user of its own
 * @param gateways processes that they connect to
 * @param perSecond notifications
 * @param seconds to measure
 * @param warmupSeconds before, not measured; the rate rises in the first half
 * @param ramp how devices come
 * @param payloadBytes of each notification
 * @param inFlight most calls under way at a time
 * @param acks whether devices acknowledge, where the system has it
 * @param algorithm what the devices' tokens are signed with
 * @param jvmFlags more of them, for the servers that the run starts
 * @param topics that devices subscribe to
 * @param redis an empty one; none: one of the run's own
 * @param remote the installation to load; none: one of the run's own
 * @param profile whether Java processes of the system are recorded while they are measured
 */
record Settings(
        int devices,
        int gateways,
        int perSecond,
        int seconds,
        int warmupSeconds,
        RampPlan ramp,
        int payloadBytes,
        int inFlight,
        boolean acks,
        TokenAlgorithm algorithm,
        List<String> jvmFlags,
        TopicPlan topics,
        Optional<URI> redis,
        Optional<Remote> remote,
        boolean profile) {

    /** Keeps a copy. */
    Settings {
        jvmFlags = List.copyOf(jvmFlags);
    }

    /**
     * An installation of Heliograph that runs already.
     *
     * @param targets {@code host:port} of its gateways
     * @param notifyApi {@code host:port} of its Notify API; none when the devices are to be alone
     * @param jwks file with the key that signs tokens for it
     */
    record Remote(List<String> targets, Optional<String> notifyApi, Path jwks) {
        /** Keeps a copy. */
        Remote {
            targets = List.copyOf(targets);
        }
    }

    /** Below 20,000 file descriptors, a common limit of a process. */
    static final int MAX_PER_GATEWAY = 18_000;

    /** For a system whose devices acknowledge, or do not. */
    Settings withAcks(boolean on) {
        return new Settings(
                devices,
                gateways,
                perSecond,
                seconds,
                warmupSeconds,
                ramp,
                payloadBytes,
                inFlight,
                on,
                algorithm,
                jvmFlags,
                topics,
                redis,
                remote,
                profile);
    }

    /** Whether nothing is sent. */
    boolean swarmOnly() {
        return remote.isPresent() && remote.get().notifyApi().isEmpty();
    }
}
