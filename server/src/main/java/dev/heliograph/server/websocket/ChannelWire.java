package dev.heliograph.server.websocket;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A plain connection that is the gateway's own: its socket, and nothing else. */
final class ChannelWire implements Wire {

    private static final System.Logger LOG = System.getLogger(ChannelWire.class.getName());

    /** What an idle connection holds: room for what devices send often, Ack and Heartbeat. */
    private static final int QUIET_BYTES = 64;

    /** While more comes than fits, room doubles up to this: half of the largest message. */
    private static final int MOST_BYTES = 8 * 1024;

    private final SocketChannel channel;

    /** Owned by the reader. */
    private byte[] room = new byte[QUIET_BYTES];

    ChannelWire(SocketChannel channel) {
        this.channel = channel;
    }

    @Override
    public boolean read(FrameReader frames, FrameReader.Events events) {
        int length;
        try {
            length = channel.read(ByteBuffer.wrap(room));
        } catch (IOException e) {
            LOG.log(Level.TRACE, "The socket ended", e);
            return false;
        }
        if (length < 0) {
            return false;
        }
        frames.read(room, length, events);
        if (length == room.length) {
            room = room.length == MOST_BYTES ? room : new byte[2 * room.length];
        } else if (room.length > QUIET_BYTES) {
            room = new byte[QUIET_BYTES];
        }
        return true;
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            channel.write(left);
        }
    }

    @Override
    public void shutdownOutput() {
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            LOG.log(Level.TRACE, "The peer was faster", e);
        }
    }

    /** Output first: unread input would turn the end into a reset that eats what was written. */
    @Override
    public void goodbye() {
        shutdownOutput();
        cut();
    }

    @Override
    public void cut() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.log(Level.TRACE, "The peer was gone", e);
        }
    }
}
