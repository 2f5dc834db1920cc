package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.loadtest.chaos.topology.DeviceHost;
import dev.heliograph.loadtest.chaos.topology.Installation;
import java.io.IOException;
import java.util.List;
import java.util.random.RandomGenerator;

/** What faults choose their targets from. */
public record Scene(Installation installation, List<DeviceHost> devices) {

    /** One of them. */
    static <T> T any(List<T> candidates, RandomGenerator random) throws IOException {
        if (candidates.isEmpty()) {
            throw new IOException("There is nothing to hurt");
        }
        return candidates.get(random.nextInt(candidates.size()));
    }
}
