package dev.heliograph.loadtest.peer;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * What is to be started.
 *
 * @param gateways processes that devices connect to
 * @param devices that will come, all in all
 * @param redis an empty Redis of its own
 * @param directory for logs and other files; the rig's to remove
 * @param credentials who may connect and send
 * @param jvmFlags more of them, for Heliograph's servers
 */
public record Plan(
        int gateways,
        int devices,
        URI redis,
        Path directory,
        Credentials credentials,
        List<String> jvmFlags) {

    /** Keeps a copy. */
    public Plan {
        jvmFlags = List.copyOf(jvmFlags);
    }

    /** With servers as the image has them. */
    public Plan(int gateways, int devices, URI redis, Path directory, Credentials credentials) {
        this(gateways, devices, redis, directory, credentials, List.of());
    }
}
