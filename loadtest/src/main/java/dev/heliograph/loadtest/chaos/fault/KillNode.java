package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.loadtest.chaos.topology.ServerNode;
import dev.heliograph.loadtest.chaos.topology.ServerNode.Role;
import java.io.IOException;
import java.util.random.RandomGenerator;

/** SIGKILL to a node, which is started again later. */
record KillNode(Role role) implements Fault {

    @Override
    public String kind() {
        return role + "-kill";
    }

    @Override
    public Part part() {
        return Nodes.part(role);
    }

    @Override
    public Span lasts() {
        return new Span(1, 8);
    }

    @Override
    public Attack aim(Scene scene, RandomGenerator random) throws IOException {
        ServerNode node = Nodes.any(scene, role, random);
        return Attack.on(node.name(), node::kill, node::start);
    }
}
