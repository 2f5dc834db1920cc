package dev.heliograph.loadtest.swarm;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One connection of a device, from the first byte to the last. Belongs to its event loop. */
final class Link extends ChannelInboundHandlerAdapter
        implements Conversation.Wire, FrameReader.Sink {

    static final int CLOSE_NORMAL = 1000;
    private static final int CLOSE_PROTOCOL_ERROR = 1002;
    private static final int CLOSE_NO_STATUS = 1005;
    private static final String UNSAID = "end without a close frame";
    private static final String BY_THE_SWARM = "";

    /** Of a device that reads slowly: what it does not read stays with the server. */
    private static final int SLOW_RECEIVE_BUFFER_BYTES = 4_096;

    /** A slow device reads this often. */
    private static final int SLOW_READS_PER_SECOND = 2;

    private final Device device;
    private final FrameWriter writer;
    private final FrameReader reader = new FrameReader(this);
    private final long startedNanos = System.nanoTime();
    private DeviceProtocol.Handshake handshake;
    private Channel channel;
    private PacedReads reads;
    private long heardNanos = startedNanos;
    private long silenceNanos = Long.MAX_VALUE;
    /* How it ends, as soon as that is known; empty when the swarm ends it. */
    private String end = UNSAID;
    private int retryAfterSeconds;
    private boolean open;
    private boolean reading;
    private boolean gone;
    /* Bytes per second that are read; negative for no limit. */
    private int pace = -1;

    Link(Device device, FrameWriter writer, DeviceProtocol.Handshake handshake) {
        this.device = device;
        this.writer = writer;
        this.handshake = handshake;
    }

    /** Connects. The device hears of what becomes of it. */
    void start(Sockets sockets) {
        try {
            channel = new NioSocketChannel();
        } catch (ChannelException e) {
            fail(e);
            return;
        }
        SocketChannelConfig config = (SocketChannelConfig) channel.config();
        config.setTcpNoDelay(true);
        // The device itself bounds the whole attempt.
        config.setConnectTimeoutMillis(0);
        reads = new PacedReads(sockets.receive());
        config.setRecvByteBufAllocator(reads);
        channel.pipeline().addLast(this);
        InetSocketAddress address = sockets.address(handshake.uri());
        var _ =
                sockets.loop()
                        .register(channel)
                        .addListener(
                                registered -> {
                                    if (registered.isSuccess()) {
                                        var _ =
                                                channel.connect(
                                                                address,
                                                                sockets.source(address)
                                                                        .orElse(null))
                                                        .addListener(this::connected);
                                    } else {
                                        fail(registered.cause());
                                    }
                                });
    }

    private void connected(io.netty.util.concurrent.Future<?> connecting) {
        if (connecting.isSuccess()) {
            var _ = channel.writeAndFlush(Upgrade.request(handshake));
            handshake = null;
        } else {
            fail(connecting.cause());
        }
    }

    private void fail(Throwable cause) {
        // Without the address, so that equal ones are counted together.
        end =
                "cannot connect: "
                        + String.valueOf(cause.getMessage()).replaceFirst(": [^ ]*:\\d+$", "");
        if (channel != null) {
            var _ = channel.close();
        }
        finish();
    }

    /** When it began to connect. */
    long startedNanos() {
        return startedNanos;
    }

    long heardNanos() {
        return heardNanos;
    }

    long silenceNanos() {
        return silenceNanos;
    }

    int retryAfterSeconds() {
        return retryAfterSeconds;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        heardNanos = System.nanoTime();
        reading = true;
        try {
            reader.read(context.alloc(), in, !open);
        } catch (IllegalArgumentException e) {
            end = "broken: " + e.getMessage();
            close(CLOSE_PROTOCOL_ERROR);
        } finally {
            in.release();
            reading = false;
            if (gone) {
                reader.release();
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    @Override
    public boolean head(ByteBuf in) {
        Optional<String> head = Upgrade.head(in);
        if (head.isEmpty()) {
            return false;
        }
        Optional<String> refusal = Upgrade.refusal(head.get());
        if (refusal.isPresent()) {
            end = refusal.get();
            retryAfterSeconds = Upgrade.retryAfterSeconds(head.get());
            var _ = channel.close();
            in.skipBytes(in.readableBytes());
            return false;
        }
        open = true;
        device.opened(this);
        return true;
    }

    @Override
    public void frame(int opcode, ByteBuf payload) {
        if (gone) {
            return;
        }
        switch (opcode) {
            case FrameWriter.TEXT -> device.message(this, payload, false);
            case FrameWriter.BINARY -> device.message(this, payload, true);
            case FrameWriter.PING -> send(FrameWriter.PONG, buffer().writeBytes(payload));
            case FrameWriter.CLOSE -> {
                int code =
                        payload.readableBytes() < 2 ? CLOSE_NO_STATUS : payload.readUnsignedShort();
                end = "close " + code;
                device.told(this, code);
                close(CLOSE_NORMAL);
            }
            default -> {
                // A Pong that nobody asked for.
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        finish();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (end.equals(UNSAID)) {
            end = String.valueOf(cause.getMessage());
        }
        var _ = context.close();
    }

    private void finish() {
        if (gone) {
            return;
        }
        gone = true;
        if (!reading) {
            reader.release();
        }
        device.closed(this, end);
    }

    /** Ends it at once with a reset, and without a word. */
    void cut() {
        end = BY_THE_SWARM;
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        var _ = channel.close();
    }

    /** The device has given it up. */
    void giveUp(String why) {
        end = why;
        var _ = channel.close();
    }

    /**
     * Reads so many bytes a second from now on.
     *
     * @param bytesPerSecond 0 for none at all, negative for no limit
     */
    void pace(int bytesPerSecond) {
        pace = bytesPerSecond;
        channel.config().setAutoRead(bytesPerSecond < 0);
        reads.limit(bytesPerSecond > 0 ? Math.max(1, bytesPerSecond / SLOW_READS_PER_SECOND) : 0);
        if (bytesPerSecond >= 0) {
            channel.config().setOption(ChannelOption.SO_RCVBUF, SLOW_RECEIVE_BUFFER_BYTES);
            sip();
        }
    }

    private void sip() {
        if (!gone && pace > 0) {
            channel.read();
            schedule(TimeUnit.SECONDS.toMillis(1) / SLOW_READS_PER_SECOND, this::sip);
        }
    }

    @Override
    public ByteBuf buffer() {
        return FrameWriter.buffer(channel.alloc());
    }

    @Override
    public void text(ByteBuf message) {
        send(FrameWriter.TEXT, message);
    }

    @Override
    public void binary(ByteBuf message) {
        send(FrameWriter.BINARY, message);
    }

    private void send(int opcode, ByteBuf payload) {
        if (gone) {
            payload.release();
            return;
        }
        ByteBuf frame = writer.frame(channel.alloc(), opcode, payload);
        if (reading) {
            // Flushed when all that has come is read.
            var _ = channel.write(frame, channel.voidPromise());
        } else {
            var _ = channel.writeAndFlush(frame, channel.voidPromise());
        }
    }

    @Override
    public void close(int code) {
        if (gone) {
            return;
        }
        if (end.equals(UNSAID)) {
            end = BY_THE_SWARM;
        }
        ByteBuf frame = writer.frame(channel.alloc(), FrameWriter.CLOSE, buffer().writeShort(code));
        var _ = channel.writeAndFlush(frame).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void move(long afterMillis) {
        schedule(afterMillis, () -> device.move(this));
    }

    @Override
    public void after(long millis, Runnable task) {
        schedule(millis, task);
    }

    private void schedule(long millis, Runnable task) {
        var _ =
                channel.eventLoop()
                        .schedule(
                                () -> {
                                    if (!gone) {
                                        task.run();
                                    }
                                },
                                millis,
                                TimeUnit.MILLISECONDS);
    }

    @Override
    public void silenceLimit(long millis) {
        silenceNanos = TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
