package dev.heliograph.loadtest.peer;

import java.io.IOException;
import java.util.List;

/** A system that runs. Closing it ends all its processes. */
public interface Installation extends AutoCloseable {

    /**
     * A process whose CPU time and memory are measured.
     *
     * @param part such as {@code gateway}, {@code ingest}; one part may have several processes
     */
    record Part(String part, long pid) {}

    /** {@code host:port} of each gateway. */
    List<String> targets();

    /** What its devices speak: a name that {@code Protocols} of the swarm knows. */
    String protocol();

    /** Sends notifications as a backend does. Several threads may use it. */
    Publisher publisher();

    /** Its processes that run, without Redis. */
    List<Part> parts();

    /**
     * Ends a gateway in good order and starts it again, at the same address.
     *
     * @param gateway counts from 0
     */
    void restart(int gateway) throws IOException, InterruptedException;

    /**
     * Ends a gateway by SIGKILL; it stays down.
     *
     * @param gateway counts from 0
     */
    void kill(int gateway) throws IOException;

    @Override
    void close();
}
