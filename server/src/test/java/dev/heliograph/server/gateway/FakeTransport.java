package dev.heliograph.server.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.Deliver;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.server.testkit.Eventually;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;

/**
 * A device's end of a session without a socket: records what is sent, answers Heartbeats, and can
 * pretend to be slow or dead.
 */
final class FakeTransport implements SessionTransport {

    private final SessionHandler session;
    private final List<ServerFrame> frames = new CopyOnWriteArrayList<>();
    private volatile long queuedBytes;
    private volatile int closeCode;
    private volatile String closeReason = "";
    private volatile boolean mute;
    private volatile Predicate<ServerFrame> broken = _ -> false;
    private final Semaphore writes = new Semaphore(1);

    FakeTransport(SessionHandler session) {
        this.session = session;
        session.onOpen(this);
    }

    @Override
    public Encoding encoding() {
        return Encoding.JSON;
    }

    @Override
    public Peer peer() {
        return new Peer("192.0.2.1", "test");
    }

    @Override
    public boolean send(Frame frame) {
        if (closeCode != 0) {
            return false;
        }
        writes.acquireUninterruptibly();
        writes.release();
        if (broken.test(frame.message())) {
            throw new IllegalStateException("A defect, made for the test");
        }
        frames.add(frame.message());
        if (frame.message().hasHeartbeat() && !mute) {
            // Not on this thread, which may hold the session's locks.
            Thread.startVirtualThread(() -> send("{\"heartbeat\":{}}"));
        }
        return true;
    }

    @Override
    public long queuedBytes() {
        return queuedBytes;
    }

    @Override
    public void close(int code, String reason) {
        if (closeCode == 0) {
            closeReason = reason;
            closeCode = code;
        }
    }

    /** Sends a frame, or anything, in JSON. */
    void send(String json) {
        session.onMessage(json.getBytes(StandardCharsets.UTF_8));
    }

    void send(ClientFrame.Builder frame) {
        try {
            send(JsonFormat.printer().print(frame));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Heartbeats are not answered from now on. */
    void mute() {
        mute = true;
    }

    /** Who sends such a frame meets a defect from now on. */
    void breakAt(Predicate<ServerFrame> frame) {
        broken = frame;
    }

    /** The socket takes nothing from now on. */
    void stall() {
        stall(Integer.MAX_VALUE);
    }

    /** The same, with so many bytes before its eyes. */
    void stall(long bytes) {
        queuedBytes = bytes;
    }

    /** The socket has taken everything. */
    void drain() {
        queuedBytes = 0;
        session.onDrained();
    }

    /** Whoever sends hangs from now on. */
    void block() {
        writes.acquireUninterruptibly();
    }

    void awaitBlocked() {
        Eventually.eventually("somebody hangs", writes::hasQueuedThreads);
    }

    void unblock() {
        writes.release();
    }

    /** The connection is lost. */
    void lose() {
        if (closeCode == 0) {
            closeCode = 1006;
        }
        session.onEnd(closeCode, closeReason);
    }

    int closeCode() {
        return closeCode;
    }

    String closeReason() {
        return closeReason;
    }

    List<ServerFrame> frames() {
        return frames;
    }

    /** The first frame that fits, once it is there. */
    ServerFrame await(String what, Predicate<ServerFrame> fits) {
        Eventually.eventually(() -> what + ", got " + frames, () -> frames.stream().anyMatch(fits));
        return frames.stream().filter(fits).findFirst().orElseThrow();
    }

    List<Long> seqs() {
        return frames.stream()
                .filter(ServerFrame::hasDeliver)
                .map(f -> f.getDeliver().getSeq())
                .toList();
    }

    List<String> ids() {
        return frames.stream()
                .filter(ServerFrame::hasDeliver)
                .map(ServerFrame::getDeliver)
                .map(Deliver::getNotification)
                .map(n -> n.getId())
                .toList();
    }
}
