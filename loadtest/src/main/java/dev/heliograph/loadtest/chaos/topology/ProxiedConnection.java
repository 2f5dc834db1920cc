package dev.heliograph.loadtest.chaos.topology;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** One connection through a {@link FaultProxy}: two sockets and a thread for each direction. */
final class ProxiedConnection {

    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int DIRECTIONS = 2;

    private final FaultProxy proxy;
    private final Socket client;
    private final Socket server;
    private final int clientPort;
    private final AtomicInteger ended = new AtomicInteger();
    private volatile boolean over;

    ProxiedConnection(FaultProxy proxy, Socket client, Socket server) {
        this.proxy = proxy;
        this.client = client;
        this.server = server;
        this.clientPort = client.getPort();
    }

    void start() {
        Thread.ofVirtual().name("fault-proxy-up").start(() -> pump(client, server, true));
        Thread.ofVirtual().name("fault-proxy-down").start(() -> pump(server, client, false));
    }

    int clientPort() {
        return clientPort;
    }

    boolean isOver() {
        return over;
    }

    /** Ends both halves with RST. */
    void reset() {
        over = true;
        reset(client);
        reset(server);
        proxy.ended(this);
    }

    static void reset(Socket socket) {
        try {
            // With a linger time of 0 the kernel sends RST.
            socket.setSoLinger(true, 0);
        } catch (IOException _) {
            // Closed already, or never connected.
        }
        close(socket);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // Nothing more can be done for it.
        }
    }

    private void pump(Socket from, Socket to, boolean towardsServer) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            from.setTcpNoDelay(true);
            int length;
            do {
                length = from.getInputStream().read(buffer);
                FaultProxy.Pace pace = proxy.awaitPassage(this, towardsServer);
                Thread.sleep(pace.delay());
                if (length > 0) {
                    write(to.getOutputStream(), buffer, length, pace);
                }
            } while (length >= 0 && !over);
            if (!over) {
                to.shutdownOutput();
            }
        } catch (IOException _) {
            reset();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            reset();
        }
        if (ended.incrementAndGet() == DIRECTIONS) {
            over = true;
            close(client);
            close(server);
            proxy.ended(this);
        }
    }

    private void write(OutputStream out, byte[] bytes, int length, FaultProxy.Pace pace)
            throws IOException, InterruptedException {
        for (int from = 0; from < length && !over; from += Math.min(pace.sliceBytes(), length)) {
            out.write(bytes, from, Math.min(pace.sliceBytes(), length - from));
            Thread.sleep(pace.sliceEvery());
        }
    }
}
