package dev.heliograph.loadtest.chaos.history;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Ack;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Got;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Lost;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Refused;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.Deliver;
import dev.heliograph.proto.device.v1.Error;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Skip;
import dev.heliograph.proto.device.v1.SkipCount;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.proto.device.v1.Subscribed;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongFunction;

/** Records the frames of one connection, decoded apart from the SDK. */
final class WireRecorder {

    private static final JsonFormat.Parser JSON = JsonFormat.parser().ignoringUnknownFields();

    private final EventSink out;
    private final String dev;
    private final int inc;
    private final int conn;

    WireRecorder(EventSink out, String dev, int inc, int conn) {
        this.out = out;
        this.dev = dev;
        this.inc = inc;
        this.conn = conn;
    }

    /** Where events go; drops them once its device is dead. */
    interface EventSink {
        /** Writes the event that is made from the time of now. */
        void write(LongFunction<? extends HistoryEvent> event);
    }

    void received(ByteBuffer message) {
        try {
            received(ServerFrame.parseFrom(message));
        } catch (InvalidProtocolBufferException e) {
            lost("not a ServerFrame");
        }
    }

    void received(String message) {
        try {
            ServerFrame.Builder frame = ServerFrame.newBuilder();
            JSON.merge(message, frame);
            received(frame.build());
        } catch (InvalidProtocolBufferException e) {
            lost("not a ServerFrame");
        }
    }

    void sent(ByteBuffer message) {
        try {
            sent(ClientFrame.parseFrom(message));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("The SDK sent what is not a ClientFrame", e);
        }
    }

    void sent(String message) {
        try {
            ClientFrame.Builder frame = ClientFrame.newBuilder();
            JSON.merge(message, frame);
            sent(frame.build());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("The SDK sent what is not a ClientFrame", e);
        }
    }

    void lost(String why) {
        out.write(t -> new Lost(t, dev, inc, conn, why));
    }

    private void received(ServerFrame frame) {
        switch (frame.getBodyCase()) {
            case SUBSCRIBED -> {
                Subscribed it = frame.getSubscribed();
                String outcome = label(it.getOutcome().name(), "OUTCOME_");
                out.write(
                        t ->
                                new HistoryEvent.Subscribed(
                                        t,
                                        dev,
                                        inc,
                                        conn,
                                        it.getChannel(),
                                        it.getSubId(),
                                        outcome,
                                        it.getNextSeq(),
                                        it.getHeadSeq(),
                                        it.getPosition()));
            }
            case DELIVER -> {
                Deliver it = frame.getDeliver();
                String id = it.getNotification().getId();
                long op = Content.op(it.getNotification().getPayload());
                out.write(
                        t ->
                                new Got(
                                        t,
                                        dev,
                                        inc,
                                        conn,
                                        it.getChannel(),
                                        it.getSeq(),
                                        id,
                                        op,
                                        it.getPosition()));
            }
            case SKIP -> {
                Skip it = frame.getSkip();
                Map<String, Long> counts = new TreeMap<>();
                for (SkipCount each : it.getCountsList()) {
                    String reason = label(each.getReason().name(), "SKIP_REASON_");
                    counts.merge(reason.toLowerCase(Locale.ROOT), each.getCount(), Long::sum);
                }
                out.write(
                        t ->
                                new HistoryEvent.Skip(
                                        t,
                                        dev,
                                        inc,
                                        conn,
                                        it.getChannel(),
                                        it.getFromSeq(),
                                        it.getThroughSeq(),
                                        it.getPosition(),
                                        counts));
            }
            case ERROR -> {
                Error it = frame.getError();
                String code = label(it.getCode().name(), "ERROR_CODE_");
                out.write(
                        t ->
                                new Refused(
                                        t,
                                        dev,
                                        inc,
                                        conn,
                                        it.getChannel(),
                                        it.getSubId(),
                                        code,
                                        it.getMessage()));
            }
            case WELCOME, GO_AWAY, HEARTBEAT, BODY_NOT_SET -> {
                // They say nothing of notifications.
            }
        }
    }

    private void sent(ClientFrame frame) {
        switch (frame.getBodyCase()) {
            case SUBSCRIBE -> {
                Subscribe it = frame.getSubscribe();
                String start = label(it.getStart().name(), "START_");
                out.write(
                        t ->
                                new HistoryEvent.Subscribe(
                                        t,
                                        dev,
                                        inc,
                                        conn,
                                        it.getChannel(),
                                        it.getSubId(),
                                        it.getPosition(),
                                        start));
            }
            case UNSUBSCRIBE -> {
                String channel = frame.getUnsubscribe().getChannel();
                out.write(t -> new HistoryEvent.Unsubscribe(t, dev, inc, conn, channel));
            }
            case ACK -> {
                var it = frame.getAck();
                out.write(t -> new Ack(t, dev, inc, conn, it.getChannel(), it.getPosition()));
            }
            case HELLO, HEARTBEAT, BODY_NOT_SET -> {
                // They say nothing of notifications.
            }
        }
    }

    private static String label(String name, String prefix) {
        return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    }
}
