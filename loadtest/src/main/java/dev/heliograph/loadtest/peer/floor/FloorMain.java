package dev.heliograph.loadtest.peer.floor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A gateway's process: {@code FloorMain <port>}. */
public final class FloorMain {

    /** Room for a storm of connections. */
    private static final int BACKLOG = 8_192;

    private FloorMain() {}

    /** Runs until it is killed. */
    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[0]);
        Recipients recipients = Recipients.start(Runtime.getRuntime().availableProcessors());
        try (ServerSocket server =
                new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress())) {
            System.out.println("listening on 127.0.0.1:" + server.getLocalPort());
            while (true) {
                Socket socket = server.accept();
                Thread.ofVirtual().start(new FloorConnection(socket, recipients));
            }
        }
    }
}
