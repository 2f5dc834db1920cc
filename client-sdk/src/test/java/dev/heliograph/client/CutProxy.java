package dev.heliograph.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/** A TCP proxy that can cut all its connections, or hold up what comes, as a network does. */
final class CutProxy implements AutoCloseable {

    private static final int RECEIVE_BUFFER = 16 * 1024;

    private final ServerSocket listener;
    private final int second;
    private volatile int target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile boolean refusing;
    private volatile boolean holding;

    CutProxy(int target) throws IOException {
        this(target, target);
    }

    /** With a second target for later. */
    CutProxy(int target, int second) throws IOException {
        this.target = target;
        this.second = second;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Cuts what is there, and what comes as long as it refuses. */
    void cut(boolean refuse) {
        refusing = refuse;
        for (Socket socket : sockets) {
            close(socket);
        }
        sockets.clear();
    }

    /** Nothing reaches the clients until it is let go; servers find their sockets full. */
    void hold(boolean on) {
        holding = on;
    }

    /** New connections go to the second target. */
    void useSecond() {
        target = second;
    }

    void restore() {
        refusing = false;
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                if (refusing) {
                    close(client);
                    continue;
                }
                Socket server = new Socket();
                // Small, so that what is held up is soon the server's concern.
                server.setReceiveBufferSize(RECEIVE_BUFFER);
                server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                sockets.add(client);
                sockets.add(server);
                Thread.ofVirtual().start(() -> pump(client, server, false));
                Thread.ofVirtual().start(() -> pump(server, client, true));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void pump(Socket from, Socket to, boolean holds) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            byte[] buffer = new byte[RECEIVE_BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                while (holds && holding && !to.isClosed()) {
                    LockSupport.parkNanos(1_000_000);
                }
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // One end has gone: so goes the other.
        } finally {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut(true);
    }
}
