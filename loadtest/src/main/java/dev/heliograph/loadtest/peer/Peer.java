package dev.heliograph.loadtest.peer;

import java.io.IOException;
import java.util.Set;

/** A system that runs the scenarios: Heliograph, or one that it is compared with. */
public interface Peer {

    /** What a system does with notifications. What it does not do stands beside its figures. */
    enum Ability {
        /** Checks who connects. */
        AUTHENTICATION,
        /** What was sent while a device was away comes when it is back. */
        RESUME,
        /** A device says what it has handled. */
        ACKS,
        /** A sender that repeats a call stores nothing twice. */
        IDEMPOTENCE,
        /** A device can tell that something is missing. */
        GAP_DETECTION,
        /** What was taken over outlives a gateway. */
        DURABILITY
    }

    /** Its name on the command line and in reports. */
    String name();

    /** What it does. */
    Set<Ability> abilities();

    /**
     * Starts it, and whatever it needs.
     *
     * @throws IOException when it cannot be started, with a message that says what is missing
     */
    Installation start(Plan plan) throws IOException, InterruptedException;
}
