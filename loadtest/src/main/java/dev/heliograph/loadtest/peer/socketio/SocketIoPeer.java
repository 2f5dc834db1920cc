package dev.heliograph.loadtest.peer.socketio;

import dev.heliograph.loadtest.peer.Installation;
import dev.heliograph.loadtest.peer.Peer;
import dev.heliograph.loadtest.peer.Plan;
import dev.heliograph.loadtest.peer.launch.NodeInstallation;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

/**
 * Socket.IO gateways, in {@code loadtest/peers/socketio}.
 *
 * <p>What it resumes is bounded: by two minutes, by what the one stream of all rooms still holds,
 * and to devices that have received something on the connection before, since a position comes only
 * with a message. A gateway that is killed writes no sessions: its devices resume nothing. A device
 * learns that its session was not resumed, but not whether anything is missing.
 */
public final class SocketIoPeer implements Peer {

    /** Its name on the command line. */
    public static final String NAME = "socketio";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Set<Ability> abilities() {
        return EnumSet.of(Ability.AUTHENTICATION, Ability.RESUME);
    }

    @Override
    public Installation start(Plan plan) throws IOException, InterruptedException {
        return NodeInstallation.start(
                NAME, "socketio/gateway.mjs", plan, () -> new SocketIoPublisher(plan.redis()));
    }
}
