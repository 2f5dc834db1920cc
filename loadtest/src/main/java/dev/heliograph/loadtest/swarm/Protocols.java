package dev.heliograph.loadtest.swarm;

import dev.heliograph.loadtest.peer.centrifugo.CentrifugoPeer;
import dev.heliograph.loadtest.peer.centrifugo.CentrifugoProtocol;
import dev.heliograph.loadtest.peer.floor.FloorPeer;
import dev.heliograph.loadtest.peer.floor.FloorProtocol;
import dev.heliograph.loadtest.peer.nodews.NodeWsPeer;
import dev.heliograph.loadtest.peer.nodews.NodeWsProtocol;
import dev.heliograph.loadtest.peer.socketio.SocketIoPeer;
import dev.heliograph.loadtest.peer.socketio.SocketIoProtocol;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What devices can speak, by name. */
public final class Protocols {

    /** Heliograph's own. */
    public static final String HELIOGRAPH = "heliograph";

    private static final Map<String, Factory> ALL =
            Map.of(
                    HELIOGRAPH,
                    HeliographProtocol::new,
                    NodeWsPeer.NAME,
                    acks -> new NodeWsProtocol(),
                    SocketIoPeer.NAME,
                    acks -> new SocketIoProtocol(),
                    CentrifugoPeer.NAME,
                    acks -> new CentrifugoProtocol(),
                    FloorPeer.NAME,
                    acks -> new FloorProtocol());

    /** Makes a protocol for one process, all of whose devices live on one event loop. */
    @FunctionalInterface
    interface Factory {
        /**
         * A protocol.
         *
         * @param acks whether devices acknowledge, where the protocol has it
         */
        DeviceProtocol create(boolean acks);
    }

    private Protocols() {}

    /** All names. */
    public static Set<String> names() {
        return new TreeSet<>(ALL.keySet());
    }

    static DeviceProtocol create(String name, boolean acks) {
        Factory factory = ALL.get(name);
        if (factory == null) {
            throw new IllegalArgumentException(
                    "No protocol %s; there are %s".formatted(name, names()));
        }
        return factory.create(acks);
    }
}
