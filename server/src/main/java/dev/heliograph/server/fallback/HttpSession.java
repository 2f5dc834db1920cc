package dev.heliograph.server.fallback;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.heliograph.proto.device.v1.Ack;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.ClientInfo;
import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.proto.device.v1.Closed;
import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.proto.device.v1.Hello;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.server.gateway.CodeLabels;
import dev.heliograph.server.gateway.Frame;
import dev.heliograph.server.gateway.SessionHandler;
import dev.heliograph.server.websocket.HttpDoor.Refused;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A session whose device speaks HTTP: says for it what it would say over a WebSocket. Belongs to
 * the thread of one request.
 */
final class HttpSession {

    private static final System.Logger LOG = System.getLogger(HttpSession.class.getName());

    /** End of a connection without a word, as of a WebSocket. */
    static final int LOST = 1006;

    /** What a device is told to wait while the log is away. */
    private static final int UNAVAILABLE_RETRY_MS = 1_000;

    private static final JsonFormat.Printer JSON =
            JsonFormat.printer().omittingInsignificantWhitespace();

    private final SessionHandler session;
    private final FrameQueue queue;

    /** By channel, what the device said that it has handled, until its subscription stands. */
    private final Map<String, String> handled = new HashMap<>();

    private boolean ended;

    HttpSession(SessionHandler session, FrameQueue queue) {
        this.session = session;
        this.queue = queue;
    }

    /**
     * Opens it and asks for its channels.
     *
     * @param deviceName what the request calls the device id
     * @throws Refused when there is no session; {@link #end} is to be called all the same
     */
    void open(String deviceName, String device, ClientInfo client, List<Subscribe> subscribes)
            throws Refused {
        guard(() -> session.onOpen(queue));
        say(
                ClientFrame.newBuilder()
                        .setHello(Hello.newBuilder().setDeviceId(device).setClient(client)));
        Optional<Closed> closed = queue.closed();
        if (closed.isPresent()) {
            throw refusal(closed.get(), deviceName);
        }
        for (Subscribe subscribe : subscribes) {
            if (!subscribe.getPosition().isEmpty()) {
                handled.put(subscribe.getChannel(), subscribe.getPosition());
            }
            say(ClientFrame.newBuilder().setSubscribe(subscribe));
        }
    }

    private Refused refusal(Closed closed, String deviceName) {
        if (closed.getCode() != CloseCode.CLOSE_CODE_INVALID_HELLO_VALUE) {
            return unavailable();
        }
        String why = closed.getReason();
        try {
            for (Frame frame : queue.take(Long.MAX_VALUE, 0)) {
                why = frame.message().hasError() ? frame.message().getError().getMessage() : why;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Refused.badRequest(why.replace("hello.device_id", deviceName));
    }

    static Refused unavailable() {
        return Refused.of(
                503,
                ErrorCode.ERROR_CODE_UNAVAILABLE,
                UNAVAILABLE_RETRY_MS,
                "The log cannot be reached at the moment");
    }

    /** Hears what the device gets: a channel whose subscription stands can be acknowledged. */
    void saw(ServerFrame frame) {
        if (frame.hasSubscribed()) {
            String channel = frame.getSubscribed().getChannel();
            String position = handled.remove(channel);
            if (position != null) {
                say(
                        ClientFrame.newBuilder()
                                .setAck(
                                        Ack.newBuilder()
                                                .setChannel(channel)
                                                .setPosition(position)));
            }
        }
    }

    /** What was taken from the queue has been written. */
    void written() {
        if (queue.written()) {
            guard(session::onDrained);
        }
    }

    /** Ends it, with the code of its close or this one. Nothing is queued afterwards. */
    Closed end(CloseCode otherwise) {
        queue.close(otherwise.getNumber(), CodeLabels.of(otherwise));
        return ended();
    }

    /** Ends it, with the code of its close if it has one. */
    Closed lost() {
        queue.close(LOST, "");
        return ended();
    }

    private Closed ended() {
        Closed how = queue.closed().orElseThrow();
        if (ended) {
            return how;
        }
        ended = true;
        try {
            session.onEnd(how.getCode(), how.getReason());
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "A session failed at its end", e);
        }
        return how;
    }

    private void say(ClientFrame.Builder frame) {
        String json;
        try {
            json = JSON.print(frame);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("A client frame has no JSON form", e);
        }
        guard(() -> session.onMessage(json.getBytes(StandardCharsets.UTF_8)));
    }

    /** Runs a piece of the session. Its failure costs its own connection and nobody else's. */
    private void guard(Runnable piece) {
        try {
            piece.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "A session failed and is closed", e);
            CloseCode code = CloseCode.CLOSE_CODE_INTERNAL_ERROR;
            queue.close(code.getNumber(), CodeLabels.of(code));
        }
    }
}
