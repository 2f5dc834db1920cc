package dev.heliograph.loadtest.swarm;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A swarm to be.
 *
 * @param protocol what the devices speak, by its name in {@link Protocols}
 * @param targets {@code host:port} of the gateways; device i begins at target i mod n, and comes
 *     back at another, at random, as behind a load balancer
 * @param jwks key set file whose first key signs tokens: HS256, or ES256 with its private part
 * @param devices all in all, numbered from 0; device i is the one of user {@code u<i>}
 * @param topics that they subscribe to
 * @param acks whether devices acknowledge, where the protocol has it
 * @param payloadBytes size of each payload, at least {@link Payload#HEADER_BYTES}
 * @param processes to spread the devices over; 0 for as few as can hold them
 * @param run tells payloads of this run from others'
 * @param logs directory for the output of the processes
 */
public record SwarmPlan(
        String protocol,
        List<String> targets,
        Path jwks,
        int devices,
        TopicPlan topics,
        boolean acks,
        int payloadBytes,
        int processes,
        long run,
        Optional<Path> logs) {

    /**
     * Most devices of one process: 20,000 file descriptors are a common limit, and a JVM needs some
     * itself.
     */
    public static final int MAX_DEVICES_PER_PROCESS = 18_000;

    /** Checks them. */
    public SwarmPlan {
        targets = List.copyOf(targets);
        if (devices < 1) {
            throw new IllegalArgumentException("A swarm of " + devices + " devices");
        }
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("A swarm without a target");
        }
        if (payloadBytes < Payload.HEADER_BYTES) {
            throw new IllegalArgumentException(
                    "A payload of %d bytes; its header alone has %d"
                            .formatted(payloadBytes, Payload.HEADER_BYTES));
        }
        int fewest = (devices + MAX_DEVICES_PER_PROCESS - 1) / MAX_DEVICES_PER_PROCESS;
        processes = processes == 0 ? fewest : Math.min(processes, devices);
        if (processes < fewest) {
            throw new IllegalArgumentException(
                    "%d processes cannot hold %d devices: at most %d each"
                            .formatted(processes, devices, MAX_DEVICES_PER_PROCESS));
        }
    }

    /** Inboxes only, with acknowledgements, payloads of 200 bytes, no log files. */
    public static SwarmPlan of(String protocol, List<String> targets, Path jwks, int devices) {
        return new SwarmPlan(
                protocol,
                targets,
                jwks,
                devices,
                TopicPlan.NONE,
                true,
                200,
                0,
                ThreadLocalRandom.current().nextLong(),
                Optional.empty());
    }

    /** With topics. */
    public SwarmPlan withTopics(TopicPlan all) {
        return new SwarmPlan(
                protocol, targets, jwks, devices, all, acks, payloadBytes, processes, run, logs);
    }

    /** With or without acknowledgements. */
    public SwarmPlan withAcks(boolean on) {
        return new SwarmPlan(
                protocol, targets, jwks, devices, topics, on, payloadBytes, processes, run, logs);
    }

    /** With payloads of another size. */
    public SwarmPlan withPayloadBytes(int bytes) {
        return new SwarmPlan(
                protocol, targets, jwks, devices, topics, acks, bytes, processes, run, logs);
    }

    /** With this many processes. */
    public SwarmPlan withProcesses(int count) {
        return new SwarmPlan(
                protocol, targets, jwks, devices, topics, acks, payloadBytes, count, run, logs);
    }

    /** For payloads of a run that others have begun. */
    public SwarmPlan withRun(long id) {
        return new SwarmPlan(
                protocol, targets, jwks, devices, topics, acks, payloadBytes, processes, id, logs);
    }

    /** With the output of the processes in files. */
    public SwarmPlan withLogs(Path directory) {
        return new SwarmPlan(
                protocol,
                targets,
                jwks,
                devices,
                topics,
                acks,
                payloadBytes,
                processes,
                run,
                Optional.of(directory));
    }
}
