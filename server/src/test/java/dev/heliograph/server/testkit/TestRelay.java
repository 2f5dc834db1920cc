package dev.heliograph.server.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Carries connections to a server on this machine, and can do harm on the way. */
public final class TestRelay implements AutoCloseable {

    private final ServerSocket listener;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile int target;
    private volatile boolean refuses;

    private TestRelay(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        Thread.startVirtualThread(this::accept);
    }

    /** One that leads to this Redis. */
    public static TestRelay to(URI redis) {
        try {
            return new TestRelay(redis.getPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same address by way of this relay. */
    public URI by(URI redis) {
        return URI.create(
                redis.toString().replace(":" + redis.getPort(), ":" + listener.getLocalPort()));
    }

    /** Connections from now on lead to this Redis; those there are stay where they are. */
    public void lead(URI redis) {
        target = redis.getPort();
    }

    /** What the server sends on the connections of now is lost; new ones are whole. */
    public void swallowAnswers() {
        links.forEach(link -> link.deaf = true);
    }

    /** Breaks all connections and takes no more, until false. */
    public void refuse(boolean on) {
        refuses = on;
        if (on) {
            links.forEach(Link::close);
        }
    }

    /** Connections that were not taken. */
    public int refused() {
        return refused.get();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (refuses) {
                    refused.incrementAndGet();
                    client.close();
                } else {
                    Link link =
                            new Link(client, new Socket(InetAddress.getLoopbackAddress(), target));
                    links.add(link);
                    Thread.startVirtualThread(() -> link.carry(client, link.server, false));
                    Thread.startVirtualThread(() -> link.carry(link.server, client, true));
                }
            } catch (IOException e) {
                // Closed, or the server is away.
            }
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        links.forEach(Link::close);
    }

    private final class Link {
        private final Socket client;
        private final Socket server;
        private volatile boolean deaf;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void carry(Socket from, Socket to, boolean answers) {
            byte[] buffer = new byte[8_192];
            try (from;
                    to) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    if (!(answers && deaf)) {
                        out.write(buffer, 0, read);
                    }
                }
            } catch (IOException e) {
                // The other direction ended it.
            } finally {
                links.remove(this);
            }
        }

        void close() {
            try (client;
                    server) {
                links.remove(this);
            } catch (IOException e) {
                // Gone is gone.
            }
        }
    }
}
