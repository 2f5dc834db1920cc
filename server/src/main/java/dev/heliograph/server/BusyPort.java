package dev.heliograph.server;

import dev.heliograph.server.config.ServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;

/** Finds out which of the ports made a start fail. */
final class BusyPort {

    private BusyPort() {}

    static IllegalStateException explain(ServerConfig config) {
        Map<String, Integer> ports = new LinkedHashMap<>();
        ports.put("heliograph.http-port", config.httpPort());
        if (config.roles().contains(ServerConfig.Role.NOTIFY)) {
            ports.put("heliograph.grpc-port", config.grpcPort());
        }
        ports.put("heliograph.admin-port", config.adminPort());
        for (Map.Entry<String, Integer> port : ports.entrySet()) {
            try (ServerSocket probe = new ServerSocket()) {
                probe.setReuseAddress(true);
                probe.bind(
                        new InetSocketAddress(
                                InetAddress.getByName(config.bindAddress()), port.getValue()));
            } catch (IOException e) {
                return new IllegalStateException(
                        "Cannot listen on %s:%d, set by %s: %s. Stop what uses it or choose another"
                                .formatted(
                                        config.bindAddress(),
                                        port.getValue(),
                                        port.getKey(),
                                        e.getMessage()),
                        e);
            }
        }
        return new IllegalStateException(
                "A listener cannot start; the log lines above have the reason");
    }
}
