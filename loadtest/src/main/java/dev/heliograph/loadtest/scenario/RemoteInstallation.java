package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.peer.HeliographPeer;
import dev.heliograph.loadtest.peer.HeliographPublisher;
import dev.heliograph.loadtest.peer.Installation;
import dev.heliograph.loadtest.peer.Publisher;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** An installation of Heliograph that others run, whose processes cannot be looked at. */
final class RemoteInstallation implements Installation {

    private final Settings.Remote remote;
    private final Optional<Publisher> publisher;

    RemoteInstallation(Settings.Remote remote) throws IOException {
        this.remote = remote;
        this.publisher =
                remote.notifyApi().isPresent()
                        ? Optional.of(
                                new HeliographPublisher(remote.notifyApi().get(), remote.jwks()))
                        : Optional.empty();
    }

    @Override
    public List<String> targets() {
        return remote.targets();
    }

    @Override
    public String protocol() {
        return HeliographPeer.NAME;
    }

    @Override
    public Publisher publisher() {
        return publisher.orElseThrow(
                () -> new IllegalStateException("Nothing can be sent without --notify"));
    }

    @Override
    public List<Part> parts() {
        return List.of();
    }

    @Override
    public void restart(int gateway) throws IOException {
        throw new IOException("A gateway of an installation that others run cannot be restarted");
    }

    @Override
    public void kill(int gateway) throws IOException {
        throw new IOException("A gateway of an installation that others run cannot be killed");
    }

    @Override
    public void close() {
        publisher.ifPresent(Publisher::close);
    }
}
