package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.loadtest.chaos.topology.ServerNode;
import dev.heliograph.loadtest.chaos.topology.ServerNode.Role;
import java.io.IOException;
import java.util.random.RandomGenerator;

/**
 * SIGSTOP to a node: it hangs with all its connections open, and goes on later as if nothing was.
 */
record StopNode(Role role, String kind, Span lasts) implements Fault {

    /** A gateway's mailbox expires 30 s after its last refresh, which is up to 5 s old. */
    private static final Span BEYOND_MAILBOX = new Span(31, 35);

    static StopNode briefly(Role role) {
        return new StopNode(role, role + "-stop", new Span(3, 20));
    }

    static StopNode beyondItsMailbox() {
        return new StopNode(Role.GATEWAY, "gateway-stop-beyond-mailbox", BEYOND_MAILBOX);
    }

    @Override
    public Part part() {
        return Nodes.part(role);
    }

    @Override
    public Attack aim(Scene scene, RandomGenerator random) throws IOException {
        ServerNode node = Nodes.any(scene, role, random);
        return Attack.on(node.name(), node::pause, node::resume);
    }
}
