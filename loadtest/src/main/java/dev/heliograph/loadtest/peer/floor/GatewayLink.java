package dev.heliograph.loadtest.peer.floor;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/** The publisher's connection to one gateway. */
final class GatewayLink implements AutoCloseable {

    /** The gateway checks no more of it. */
    private static final String HANDSHAKE =
            "GET / HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

    private final Socket socket;
    private final DataOutputStream out;
    private final ReentrantLock lock = new ReentrantLock();
    /* Guarded by lock: calls that the gateway has not answered, in order. */
    private final Deque<CompletableFuture<Void>> pending = new ArrayDeque<>();
    private boolean open = true;

    private GatewayLink(Socket socket) throws IOException {
        this.socket = socket;
        this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
    }

    static GatewayLink connect(String target) throws IOException {
        int colon = target.indexOf(':');
        Socket socket =
                new Socket(
                        InetAddress.getByName(target.substring(0, colon)),
                        Integer.parseInt(target.substring(colon + 1)));
        try {
            socket.setTcpNoDelay(true);
            socket.getOutputStream().write(HANDSHAKE.formatted(target).getBytes(ISO_8859_1));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            skipHead(in);
            GatewayLink link = new GatewayLink(socket);
            Thread.ofVirtual().name("floor-answers").start(() -> link.follow(in));
            return link;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static void skipHead(DataInputStream in) throws IOException {
        int last = 0;
        // "\r\n\r\n" as an int.
        while (last != 0x0D0A0D0A) {
            last = last << 8 | in.readUnsignedByte();
        }
    }

    boolean isOpen() {
        lock.lock();
        try {
            return open;
        } finally {
            lock.unlock();
        }
    }

    /** Completes when the gateway has taken it. */
    CompletableFuture<Void> send(Publication publication) {
        CompletableFuture<Void> taken = new CompletableFuture<>();
        lock.lock();
        try {
            if (!open) {
                throw new IOException("The gateway has left");
            }
            publication.write(out);
            out.flush();
            pending.add(taken);
        } catch (IOException e) {
            taken.completeExceptionally(e);
        } finally {
            lock.unlock();
        }
        return taken;
    }

    private void follow(DataInputStream in) {
        long answered = 0;
        try {
            while (true) {
                long taken = in.readLong();
                for (; answered < taken; answered++) {
                    next().complete(null);
                }
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    private CompletableFuture<Void> next() {
        lock.lock();
        try {
            return pending.remove();
        } finally {
            lock.unlock();
        }
    }

    private void fail(IOException cause) {
        lock.lock();
        try {
            open = false;
            pending.forEach(call -> call.completeExceptionally(cause));
            pending.clear();
        } finally {
            lock.unlock();
        }
        close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It was closed before.
        }
    }
}
