package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.loadtest.chaos.topology.ServerNode;
import dev.heliograph.loadtest.chaos.topology.ServerNode.Role;
import java.io.IOException;
import java.util.random.RandomGenerator;

/** Nodes as targets. */
final class Nodes {

    private Nodes() {}

    static Fault.Part part(Role role) {
        return switch (role) {
            case GATEWAY -> Fault.Part.GATEWAY;
            case NOTIFY -> Fault.Part.NOTIFY;
        };
    }

    static ServerNode any(Scene scene, Role role, RandomGenerator random) throws IOException {
        return Scene.any(
                scene.installation().nodes(role).stream().filter(ServerNode::isAlive).toList(),
                random);
    }
}
