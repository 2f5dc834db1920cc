package dev.heliograph.loadtest.peer;

import java.net.URI;
import java.nio.file.Path;

/**
 * What is to be started.
 *
 * @param gateways processes that devices connect to
 * @param devices that will come, all in all
 * @param redis an empty Redis of its own
 * @param directory for logs and other files; the rig's to remove
 * @param credentials who may connect and send
 */
public record Plan(int gateways, int devices, URI redis, Path directory, Credentials credentials) {}
