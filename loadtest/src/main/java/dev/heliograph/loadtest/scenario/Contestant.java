package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.peer.HeliographPeer;
import dev.heliograph.loadtest.peer.Peer;
import java.util.Map;

/**
 * A system that runs a scenario.
 *
 * @param name in reports
 * @param acks whether its devices acknowledge, where it has that
 */
record Contestant(String name, Peer peer, boolean acks) {

    private static final String WITHOUT_ACKS = "-no-acks";

    /**
     * By its name on the command line; {@code heliograph-no-acks} is Heliograph with devices that
     * do not acknowledge.
     */
    static Contestant named(String text, boolean acks) {
        if (text.equals(HeliographPeer.NAME + WITHOUT_ACKS)) {
            return new Contestant(text, new HeliographPeer(Map.of()), false);
        }
        Peer peer = Peers.named(text);
        return new Contestant(peer.name(), peer, acks);
    }

    /** The system, as a scenario wants it. */
    Peer peerFor(Scenario scenario) {
        return peer instanceof HeliographPeer ? new HeliographPeer(scenario.heliograph()) : peer;
    }
}
