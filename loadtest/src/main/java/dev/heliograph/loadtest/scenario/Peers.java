package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.peer.HeliographPeer;
import dev.heliograph.loadtest.peer.Peer;
import dev.heliograph.loadtest.peer.centrifugo.CentrifugoPeer;
import dev.heliograph.loadtest.peer.floor.FloorPeer;
import dev.heliograph.loadtest.peer.nodews.NodeWsPeer;
import dev.heliograph.loadtest.peer.socketio.SocketIoPeer;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** The systems that the rig knows, by name. */
final class Peers {

    private static final Map<String, Function<String, Peer>> KNOWN =
            new TreeMap<>(
                    Map.of(
                            HeliographPeer.NAME, _ -> new HeliographPeer(Map.of()),
                            FloorPeer.NAME, _ -> new FloorPeer(),
                            NodeWsPeer.NAME, _ -> new NodeWsPeer(),
                            SocketIoPeer.NAME, _ -> new SocketIoPeer(),
                            CentrifugoPeer.NAME, Peers::centrifugo));

    private Peers() {}

    private static Peer centrifugo(String path) {
        if (path.isEmpty()) {
            throw new IllegalArgumentException(
                    "Centrifugo is not part of the rig: give the path of its binary as centrifugo=PATH");
        }
        return new CentrifugoPeer(Path.of(path));
    }

    /**
     * A system by what stands on the command line.
     *
     * @param text {@code name}, or {@code name=path} for one whose program is not ours
     * @throws IllegalArgumentException when there is no such system, naming those there are
     */
    static Peer named(String text) {
        int equals = text.indexOf('=');
        String name = equals < 0 ? text : text.substring(0, equals);
        Function<String, Peer> known = KNOWN.get(name);
        if (known == null) {
            throw new IllegalArgumentException(
                    "There is no peer '%s'; there are %s".formatted(name, KNOWN.keySet()));
        }
        return known.apply(equals < 0 ? "" : text.substring(equals + 1));
    }
}
