package dev.heliograph.server.log;

import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** One server has everything, and always will. */
record SingleTopology(Endpoint server) implements Topology {

    @Override
    public MailboxGroups mailboxGroups() {
        return MailboxGroups.OF_ONE_SERVER;
    }

    @Override
    public Endpoint endpoint(String key) {
        return server;
    }

    @Override
    public Set<Endpoint> endpoints() {
        return Set.of(server);
    }

    @Override
    public CompletableFuture<Void> refresh() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onChange(Runnable listener) {
        // It never changes.
    }

    @Override
    public void close() {
        // It holds nothing.
    }
}
