package dev.heliograph.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.TreeMap;

/** Finds busy ports before anything is started. */
final class Ports {

    private Ports() {}

    /**
     * Refuses ports that another program holds.
     *
     * @param ports by option; 0 is always free
     */
    static void requireFree(String address, Map<String, Integer> ports) {
        new TreeMap<>(ports)
                .forEach(
                        (option, port) -> {
                            try (ServerSocket socket = new ServerSocket()) {
                                socket.setReuseAddress(true);
                                socket.bind(new InetSocketAddress(address, port));
                            } catch (IOException e) {
                                throw new CommandException(
                                        "Port %d is in use by another program. Stop that, or choose another port by %s (0 picks a free one)."
                                                .formatted(port, option),
                                        e);
                            }
                        });
    }
}
