package dev.heliograph.loadtest.chaos.topology;

import java.util.Collection;
import java.util.function.Supplier;

/** Tells by a proxy's connection which clients are meant. */
@FunctionalInterface
public interface Clients {

    /** Everyone. */
    Clients ALL = (clientPort, proxyPort) -> true;

    /** Whether the client at this port of this machine is meant. */
    boolean include(int clientPort, int proxyPort);

    /**
     * The connections of some processes.
     *
     * @param pids asked for each new connection, since a process that came back has another one
     */
    static Clients of(Supplier<Collection<Long>> pids) {
        return (clientPort, proxyPort) -> SocketOwner.isOneOf(pids.get(), clientPort, proxyPort);
    }
}
