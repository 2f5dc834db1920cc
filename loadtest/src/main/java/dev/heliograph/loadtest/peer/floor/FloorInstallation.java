package dev.heliograph.loadtest.peer.floor;

import dev.heliograph.loadtest.peer.Installation;
import dev.heliograph.loadtest.peer.Publisher;
import dev.heliograph.loadtest.peer.launch.GatewayFleet;
import java.io.IOException;
import java.util.List;

/** Gateways, and a publisher that is connected to each. */
final class FloorInstallation implements Installation {

    private final GatewayFleet gateways;
    private final FloorPublisher publisher;

    FloorInstallation(GatewayFleet gateways, FloorPublisher publisher) {
        this.gateways = gateways;
        this.publisher = publisher;
    }

    @Override
    public List<String> targets() {
        return gateways.targets();
    }

    @Override
    public String protocol() {
        return FloorPeer.NAME;
    }

    @Override
    public Publisher publisher() {
        return publisher;
    }

    @Override
    public List<Part> parts() {
        return gateways.parts("gateway");
    }

    @Override
    public void restart(int gateway) throws IOException, InterruptedException {
        gateways.restart(gateway);
        publisher.reconnect(gateway, gateways.targets().get(gateway));
    }

    @Override
    public void kill(int gateway) {
        gateways.kill(gateway);
    }

    @Override
    public void close() {
        try {
            publisher.close();
        } finally {
            gateways.close();
        }
    }
}
