package dev.heliograph.loadtest.peer.floor;

import dev.heliograph.loadtest.WatchedProcess;
import dev.heliograph.loadtest.peer.Installation;
import dev.heliograph.loadtest.peer.Peer;
import dev.heliograph.loadtest.peer.Plan;
import dev.heliograph.loadtest.peer.launch.GatewayFleet;
import dev.heliograph.loadtest.peer.launch.GatewayProgram;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Gateways that take payloads over a TCP connection and write them to those who are there: no
 * store, no Redis, no tokens, no heartbeats, and no help against devices that do not read.
 */
public final class FloorPeer implements Peer {

    /** Its name on the command line. */
    public static final String NAME = "floor";

    private static final Pattern STARTED = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Set<Ability> abilities() {
        return EnumSet.noneOf(Ability.class);
    }

    @Override
    public Installation start(Plan plan) throws IOException, InterruptedException {
        GatewayFleet gateways =
                GatewayFleet.start(
                        NAME,
                        plan.gateways(),
                        plan.directory(),
                        (gateway, port) ->
                                new GatewayProgram(
                                        WatchedProcess.java(
                                                List.of(),
                                                FloorMain.class.getName(),
                                                Integer.toString(port)),
                                        Map.of(),
                                        STARTED));
        try {
            return new FloorInstallation(gateways, FloorPublisher.connect(gateways.targets()));
        } catch (IOException | RuntimeException e) {
            gateways.close();
            throw e;
        }
    }
}
