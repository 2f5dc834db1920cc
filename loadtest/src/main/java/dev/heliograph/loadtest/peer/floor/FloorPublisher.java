package dev.heliograph.loadtest.peer.floor;

import dev.heliograph.loadtest.peer.Publisher;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Sends each payload to all gateways, since none knows where a user is. A gateway that is down is
 * left out: its devices get nothing.
 */
final class FloorPublisher implements Publisher {

    /* By the number of the gateway. */
    private final List<GatewayLink> links;

    private FloorPublisher(List<GatewayLink> links) {
        this.links = new CopyOnWriteArrayList<>(links);
    }

    static FloorPublisher connect(List<String> targets) throws IOException {
        List<GatewayLink> links = new ArrayList<>();
        try {
            for (String target : targets) {
                links.add(GatewayLink.connect(target));
            }
        } catch (IOException e) {
            links.forEach(GatewayLink::close);
            throw e;
        }
        return new FloorPublisher(links);
    }

    /** After the restart of a gateway. */
    void reconnect(int gateway, String target) throws IOException {
        links.set(gateway, GatewayLink.connect(target)).close();
    }

    @Override
    public CompletableFuture<Void> toUser(String user, byte[] payload) {
        return send(new Publication(false, user, payload));
    }

    @Override
    public CompletableFuture<Void> toTopic(String topic, byte[] payload) {
        return send(new Publication(true, topic, payload));
    }

    @Override
    public CompletableFuture<Void> toUsers(List<String> users, List<byte[]> payloads) {
        List<CompletableFuture<Void>> calls = new ArrayList<>(users.size());
        for (int i = 0; i < users.size(); i++) {
            calls.add(toUser(users.get(i), payloads.get(i)));
        }
        return CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> send(Publication publication) {
        return CompletableFuture.allOf(
                links.stream()
                        .filter(GatewayLink::isOpen)
                        .map(link -> link.send(publication))
                        .toArray(CompletableFuture[]::new));
    }

    @Override
    public void close() {
        links.forEach(GatewayLink::close);
    }
}
