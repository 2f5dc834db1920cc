package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.loadtest.chaos.topology.Installation;
import dev.heliograph.loadtest.chaos.topology.ServerNode;
import dev.heliograph.loadtest.chaos.topology.ServerNode.Role;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Idle connections to a gateway, more than it takes. */
record ConnectionFlood() implements Fault {

    private static final int BEYOND_LIMIT = 100;
    private static final int CONNECT_TIMEOUT_MS = 200;

    @Override
    public String kind() {
        return "gateway-connection-flood";
    }

    @Override
    public Part part() {
        return Part.GATEWAY;
    }

    @Override
    public Span lasts() {
        return new Span(4, 12);
    }

    @Override
    public Attack aim(Scene scene, RandomGenerator random) throws IOException {
        ServerNode node = Nodes.any(scene, Role.GATEWAY, random);
        List<Socket> sockets = new ArrayList<>();
        return Attack.on(node.name(), () -> open(node, sockets), () -> close(sockets));
    }

    private static void open(ServerNode node, List<Socket> sockets) {
        for (int i = 0; i < Installation.MAX_CONNECTIONS + BEYOND_LIMIT; i++) {
            Socket socket = new Socket();
            sockets.add(socket);
            try {
                socket.connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), node.port()),
                        CONNECT_TIMEOUT_MS);
            } catch (IOException _) {
                // It takes no more: that is what was wanted.
                return;
            }
        }
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
