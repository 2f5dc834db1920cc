package dev.heliograph.server.fallback;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.proto.device.v1.Closed;
import dev.heliograph.proto.device.v1.PollAnswer;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.server.gateway.CodeLabels;
import dev.heliograph.server.gateway.Encoding;
import dev.heliograph.server.gateway.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Writes what a session has as server-sent events, until it ends. On the request's thread. */
final class EventStream {

    /** Most bytes of one write: as large as the socket's send buffer. */
    private static final int GATHER_BYTES = 64 * 1024;

    /** How long a closed session waits for what is being written, as with a WebSocket. */
    private static final long CLOSE_NANOS = Duration.ofSeconds(5).toNanos();

    /**
     * An EventSource comes back after this time, and on top at random, so that not all do so at
     * once.
     */
    private static final int RETRY_MS = 1_000;

    private static final int RETRY_SPREAD_MS = 4_000;

    private final HttpSession session;
    private final FrameQueue queue;
    private final Positions positions;
    private final StallWatch watch;
    private final OutputStream out;

    EventStream(
            HttpSession session,
            FrameQueue queue,
            Positions positions,
            StallWatch watch,
            OutputStream out) {
        this.session = session;
        this.queue = queue;
        this.positions = positions;
        this.watch = watch;
        this.out = out;
    }

    /**
     * Writes until the session is closed, and how it was closed at last, or the device has left.
     *
     * @throws IOException when the device is gone, or takes no bytes
     */
    void run() throws IOException, InterruptedException {
        int retryMs = RETRY_MS + ThreadLocalRandom.current().nextInt(RETRY_SPREAD_MS);
        write(("retry: " + retryMs + "\n\n").getBytes(UTF_8));
        while (true) {
            List<Frame> frames = queue.take(GATHER_BYTES, Long.MAX_VALUE);
            if (frames.isEmpty()) {
                Closed how = queue.closed().orElseThrow();
                if (how.getCode() != HttpSession.LOST) {
                    write(closed(how));
                }
                return;
            }
            ByteArrayOutputStream events = new ByteArrayOutputStream();
            for (Frame frame : frames) {
                event(frame, events);
                session.saw(frame.message());
                if (frame.message().hasError()) {
                    // There is no way to subscribe again: the device comes back.
                    queue.close(
                            CloseCode.CLOSE_CODE_UNAVAILABLE_VALUE,
                            CodeLabels.of(CloseCode.CLOSE_CODE_UNAVAILABLE));
                }
            }
            write(events.toByteArray());
            session.written();
        }
    }

    private void write(byte[] bytes) throws IOException {
        boolean written =
                watch.run(
                        () -> queue.closedFor(CLOSE_NANOS),
                        () -> {
                            out.write(bytes);
                            out.flush();
                        });
        if (!written) {
            queue.close(
                    CloseCode.CLOSE_CODE_SLOW_CONSUMER_VALUE,
                    CodeLabels.of(CloseCode.CLOSE_CODE_SLOW_CONSUMER));
            throw new IOException("The device took no bytes for too long");
        }
    }

    private void event(Frame frame, ByteArrayOutputStream into) {
        ServerFrame message = frame.message();
        into.writeBytes(("event: " + name(message) + '\n').getBytes(UTF_8));
        if (positions.cover(message)) {
            into.writeBytes(("id: " + positions.eventId() + '\n').getBytes(UTF_8));
        }
        into.writeBytes("data: ".getBytes(UTF_8));
        ByteBuffer json = frame.payload(Encoding.JSON);
        byte[] bytes = new byte[json.remaining()];
        json.get(bytes);
        into.writeBytes(bytes);
        into.writeBytes("\n\n".getBytes(UTF_8));
    }

    /**
     * As the frame's only field is called, but for error: EventSource has an event of that name.
     */
    private static String name(ServerFrame message) {
        return switch (message.getBodyCase()) {
            case WELCOME -> "welcome";
            case SUBSCRIBED -> "subscribed";
            case DELIVER -> "deliver";
            case SKIP -> "skip";
            case GO_AWAY -> "goAway";
            case ERROR -> "problem";
            case HEARTBEAT -> "heartbeat";
            case TOKEN_EXPIRING -> "tokenExpiring";
            case BODY_NOT_SET -> throw new IllegalStateException("An empty frame");
        };
    }

    private static byte[] closed(Closed how) {
        try {
            String json =
                    JsonFormat.printer()
                            .omittingInsignificantWhitespace()
                            .print(PollAnswer.newBuilder().setClosed(how));
            return ("event: closed\ndata: " + json + "\n\n").getBytes(UTF_8);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("A close has no JSON form", e);
        }
    }
}
