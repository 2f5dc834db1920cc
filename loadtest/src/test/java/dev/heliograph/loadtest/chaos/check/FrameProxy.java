package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.proto.device.v1.ServerFrame;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Between devices and a gateway, on the level of frames: what the gateway sends in the binary
 * encoding is rewritten. What devices send goes through as it is.
 */
public final class FrameProxy implements AutoCloseable {

    private static final int BINARY_FINAL = 0x82;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final String END_OF_HEADERS = "\r\n\r\n";

    private final ServerSocket listener;
    private final int target;
    private final Supplier<Rewriter> rewriters;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** Decides what a device gets instead of a frame. One per connection, called in order. */
    public interface Rewriter {
        /** The network as it should be. */
        Rewriter FAITHFUL = List::of;

        /** What to send; empty for nothing. */
        List<ServerFrame> rewrite(ServerFrame frame);
    }

    /** Between devices and the gateway at a port. */
    public FrameProxy(int target, Supplier<Rewriter> rewriters) throws IOException {
        this.target = target;
        this.rewriters = rewriters;
        this.listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("frame-proxy").start(this::accept);
    }

    /** Where devices connect. */
    public int port() {
        return listener.getLocalPort();
    }

    /** Cuts all connections. */
    public void cut() {
        open.forEach(FrameProxy::close);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket device = listener.accept();
                Socket gateway = new Socket(InetAddress.getLoopbackAddress(), target);
                open.add(device);
                open.add(gateway);
                Thread.ofVirtual().start(() -> run(device, gateway, () -> copy(device, gateway)));
                Rewriter rewriter = rewriters.get();
                Thread.ofVirtual()
                        .start(
                                () ->
                                        run(
                                                device,
                                                gateway,
                                                () -> rewrite(gateway, device, rewriter)));
            } catch (IOException e) {
                // The listener was closed, or the gateway is away: the device tries again.
            }
        }
    }

    private interface Direction {
        void run() throws IOException;
    }

    private void run(Socket device, Socket gateway, Direction direction) {
        try {
            direction.run();
        } catch (IOException e) {
            // One side has gone: so goes the other.
        } finally {
            close(device);
            close(gateway);
            open.remove(device);
            open.remove(gateway);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void copy(Socket from, Socket to) throws IOException {
        from.getInputStream().transferTo(to.getOutputStream());
    }

    private static void rewrite(Socket gateway, Socket device, Rewriter rewriter)
            throws IOException {
        InputStream in = new BufferedInputStream(gateway.getInputStream());
        OutputStream out = device.getOutputStream();
        String headers = headers(in);
        out.write(headers.getBytes(StandardCharsets.ISO_8859_1));
        if (!headers.startsWith("HTTP/1.1 101")) {
            in.transferTo(out);
            return;
        }
        DataInputStream frames = new DataInputStream(in);
        while (true) {
            int first = frames.readUnsignedByte();
            byte[] payload = new byte[length(frames)];
            frames.readFully(payload);
            if (first != BINARY_FINAL) {
                out.write(frame(first, payload));
            }
            for (ServerFrame each : rewriter.rewrite(ServerFrame.parseFrom(payload))) {
                out.write(frame(BINARY_FINAL, each.toByteArray()));
            }
        }
    }

    private static String headers(InputStream in) throws IOException {
        StringBuilder headers = new StringBuilder();
        while (!headers.toString().endsWith(END_OF_HEADERS)) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException();
            }
            headers.append((char) next);
        }
        return headers.toString();
    }

    private static int length(DataInputStream frames) throws IOException {
        int length = frames.readUnsignedByte();
        return switch (length) {
            case LENGTH_16 -> frames.readUnsignedShort();
            case LENGTH_64 -> (int) frames.readLong();
            default -> length;
        };
    }

    private static byte[] frame(int first, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 10);
        frame.put((byte) first);
        if (payload.length < LENGTH_16) {
            frame.put((byte) payload.length);
        } else if (payload.length <= 0xffff) {
            frame.put((byte) LENGTH_16).putShort((short) payload.length);
        } else {
            frame.put((byte) LENGTH_64).putLong(payload.length);
        }
        frame.put(payload);
        byte[] bytes = new byte[frame.position()];
        frame.flip().get(bytes);
        return bytes;
    }
}
