package dev.heliograph.server.websocket;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.socket.HelidonSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;

/** A connection that stays with Helidon's socket, for the TLS in it. */
final class ServerWire implements Wire {

    private static final System.Logger LOG = System.getLogger(ServerWire.class.getName());

    private final HelidonSocket socket;

    ServerWire(HelidonSocket socket) {
        this.socket = socket;
    }

    @Override
    public boolean read(FrameReader frames, FrameReader.Events events) {
        byte[] bytes;
        try {
            bytes = socket.get();
        } catch (RuntimeException e) {
            LOG.log(Level.TRACE, "The socket ended", e);
            return false;
        }
        if (bytes == null) {
            return false;
        }
        frames.read(bytes, bytes.length, events);
        return true;
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        try {
            socket.write(BufferData.create(bytes, 0, bytes.length));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Override
    public void shutdownOutput() {
        SocketInternals.shutdownOutput(socket);
    }

    @Override
    public void goodbye() {
        try {
            socket.close();
        } catch (RuntimeException e) {
            LOG.log(Level.TRACE, "The peer was gone", e);
        }
    }

    @Override
    public void cut() {
        try {
            SocketInternals.cut(socket);
        } catch (RuntimeException e) {
            LOG.log(Level.TRACE, "The socket was closed before", e);
        }
    }
}
