package dev.heliograph.server.fallback;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.proto.device.v1.Closed;
import dev.heliograph.proto.device.v1.PollAnswer;
import dev.heliograph.proto.device.v1.PollRequest;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.server.gateway.Encoding;
import dev.heliograph.server.gateway.Frame;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Gathers what a session has for one answer. On the request's thread. */
final class Poll {

    /** What the next poll has to find in the directory is there within a round trip. */
    private static final long NOTED_MS = 2_000;

    /** What the log holds comes soon: a call may fail after two seconds and be tried again. */
    private static final long LOG_NANOS = Duration.ofSeconds(10).toNanos();

    private final HttpSession session;
    private final FrameQueue queue;
    private final PollRequest request;
    private final List<Subscribe> subscribes;
    private final PollProgress progress;
    private final Positions positions;
    private final List<Frame> frames = new ArrayList<>();

    Poll(HttpSession session, FrameQueue queue, PollRequest request, List<Subscribe> subscribes) {
        this.session = session;
        this.queue = queue;
        this.request = request;
        this.subscribes = subscribes;
        this.progress = new PollProgress(subscribes);
        this.positions = new Positions(subscribes);
    }

    /**
     * Waits until there is something, ends the session, and returns the answer. What the session
     * counts as sent is in it.
     */
    byte[] answer(long waitNanos) throws InterruptedException {
        long deadline = System.nanoTime() + waitNanos;
        boolean waiting = true;
        while (waiting) {
            long until = progress.isCaughtUp() ? deadline : deadline + LOG_NANOS;
            List<Frame> taken = queue.take(Long.MAX_VALUE, until - System.nanoTime());
            taken.forEach(this::add);
            waiting = !taken.isEmpty() && !progress.isEnough() && !queue.isFull();
        }
        boolean closed = queue.closed().isPresent();
        Closed how = session.end(CloseCode.CLOSE_CODE_NORMAL);
        queue.take(Long.MAX_VALUE, 0).forEach(this::add);
        // Else the next poll would meet this session as one that still stands.
        var _ = queue.awaitNoted(NOTED_MS);
        return json(closed, how);
    }

    private void add(Frame frame) {
        if (frame.message().hasHeartbeat()) {
            return;
        }
        frames.add(frame);
        positions.cover(frame.message());
        progress.saw(frame.message());
        session.saw(frame.message());
    }

    private byte[] json(boolean closed, Closed how) {
        PollAnswer.Builder rest = PollAnswer.newBuilder().setNext(next());
        if (closed) {
            rest.setClosed(how);
        }
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        answer.writeBytes("{\"frames\":[".getBytes(UTF_8));
        for (int i = 0; i < frames.size(); i++) {
            if (i > 0) {
                answer.write(',');
            }
            ByteBuffer json = frames.get(i).payload(Encoding.JSON);
            byte[] bytes = new byte[json.remaining()];
            json.get(bytes);
            answer.writeBytes(bytes);
        }
        try {
            String json = JsonFormat.printer().omittingInsignificantWhitespace().print(rest);
            answer.writeBytes(("]," + json.substring(1)).getBytes(UTF_8));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("A poll's answer has no JSON form", e);
        }
        return answer.toByteArray();
    }

    private PollRequest next() {
        PollRequest.Builder next = request.toBuilder().clearSubscribe();
        for (Subscribe each : subscribes) {
            String position = positions.of(each.getChannel());
            next.addSubscribe(
                    position.isEmpty()
                            ? each.toBuilder().clearSubId().build()
                            : Subscribe.newBuilder()
                                    .setChannel(each.getChannel())
                                    .setPosition(position)
                                    .build());
        }
        return next.build();
    }
}
