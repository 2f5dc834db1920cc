package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.loadtest.chaos.topology.ServerNode;
import dev.heliograph.loadtest.chaos.topology.ServerNode.Role;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.random.RandomGenerator;

/** All nodes with a role are restarted in good order, one after the other, as for a new version. */
record RollingRestart(Role role) implements Fault {

    @Override
    public String kind() {
        return role + "-rolling-restart";
    }

    @Override
    public Part part() {
        return Nodes.part(role);
    }

    /** It takes as long as it takes. */
    @Override
    public Span lasts() {
        return new Span(0, 0);
    }

    @Override
    public Attack aim(Scene scene, RandomGenerator random) {
        List<ServerNode> nodes = scene.installation().nodes(role);
        CompletableFuture<Void> done = new CompletableFuture<>();
        return Attack.on(
                "all " + role + " nodes",
                () -> Thread.ofVirtual().start(() -> restart(nodes, done)),
                () -> await(done));
    }

    private static void restart(List<ServerNode> nodes, CompletableFuture<Void> done) {
        try {
            for (ServerNode node : nodes) {
                node.restart();
            }
            done.complete(null);
        } catch (IOException | InterruptedException | RuntimeException e) {
            done.completeExceptionally(e);
        }
    }

    private static void await(CompletableFuture<Void> done)
            throws IOException, InterruptedException {
        try {
            done.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e.getCause());
        }
    }
}
