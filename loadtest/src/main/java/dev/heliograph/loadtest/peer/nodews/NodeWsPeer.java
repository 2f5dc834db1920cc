package dev.heliograph.loadtest.peer.nodews;

import dev.heliograph.loadtest.peer.Installation;
import dev.heliograph.loadtest.peer.Peer;
import dev.heliograph.loadtest.peer.Plan;
import dev.heliograph.loadtest.peer.launch.NodeInstallation;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

/**
 * Node gateways with {@code ws}, in {@code loadtest/peers/node-ws}. What arrives for a user who is
 * not connected is dropped, also while a gateway restarts; devices say nothing about what they got.
 */
public final class NodeWsPeer implements Peer {

    /** Its name on the command line. */
    public static final String NAME = "node-ws";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Set<Ability> abilities() {
        return EnumSet.of(Ability.AUTHENTICATION);
    }

    @Override
    public Installation start(Plan plan) throws IOException, InterruptedException {
        return NodeInstallation.start(
                NAME, "node-ws/gateway.mjs", plan, () -> new NodeWsPublisher(plan.redis()));
    }
}
