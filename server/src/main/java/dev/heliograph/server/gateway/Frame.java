package dev.heliograph.server.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.heliograph.proto.device.v1.Priority;
import dev.heliograph.proto.device.v1.ServerFrame;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One server frame, encoded at most once per encoding and shared by all sessions that get it. What
 * {@link #wire} returns is a complete unmasked WebSocket frame, ready for the socket.
 */
public final class Frame {

    private static final JsonFormat.Printer JSON =
            JsonFormat.printer().omittingInsignificantWhitespace();
    private static final int FIN_TEXT = 0x81;
    private static final int FIN_BINARY = 0x82;

    private final ServerFrame message;
    private final String type;
    /* Racy single-check caches: encoding twice is harmless, the arrays are never written after publication. */
    private volatile byte[] proto;
    private volatile byte[] json;

    private Frame(ServerFrame message) {
        this.message = message;
        this.type = message.getBodyCase().name().toLowerCase(Locale.ROOT);
    }

    /** A frame for the message. Nothing is encoded yet. */
    public static Frame of(ServerFrame message) {
        return new Frame(message);
    }

    /** The message. */
    public ServerFrame message() {
        return message;
    }

    /** The priority of the notification in it; NORMAL for what holds none. Costs nothing. */
    Priority priority() {
        Priority priority = message.getDeliver().getNotification().getPriority();
        return priority == Priority.PRIORITY_UNSPECIFIED || priority == Priority.UNRECOGNIZED
                ? Priority.PRIORITY_NORMAL
                : priority;
    }

    /** Its kind, as metrics call it. */
    String type() {
        return type;
    }

    /** The whole WebSocket frame, header included. Callers must not write to it. */
    public byte[] wire(Encoding encoding) {
        byte[] bytes = encoding == Encoding.PROTO ? proto : json;
        if (bytes == null) {
            bytes = encode(encoding);
            if (encoding == Encoding.PROTO) {
                proto = bytes;
            } else {
                json = bytes;
            }
        }
        return bytes;
    }

    /** The message alone, encoded, for transports without WebSocket frames. Read only. */
    public ByteBuffer payload(Encoding encoding) {
        byte[] wire = wire(encoding);
        int length = wire[1] & 0x7F;
        int header = length < 126 ? 2 : length == 126 ? 4 : 10;
        return ByteBuffer.wrap(wire, header, wire.length - header).asReadOnlyBuffer();
    }

    private byte[] encode(Encoding encoding) {
        if (encoding == Encoding.PROTO) {
            return withHeader(FIN_BINARY, message.toByteArray());
        }
        try {
            return withHeader(FIN_TEXT, JSON.print(message).getBytes(StandardCharsets.UTF_8));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(
                    "A server frame has no JSON form: " + message.getBodyCase(), e);
        }
    }

    /** RFC 6455 section 5.2, server side: no mask. */
    private static byte[] withHeader(int firstByte, byte[] payload) {
        int length = payload.length;
        int header = length < 126 ? 2 : length <= 0xFFFF ? 4 : 10;
        byte[] frame = new byte[header + length];
        frame[0] = (byte) firstByte;
        if (header == 2) {
            frame[1] = (byte) length;
        } else if (header == 4) {
            frame[1] = 126;
            frame[2] = (byte) (length >>> 8);
            frame[3] = (byte) length;
        } else {
            frame[1] = 127;
            for (int i = 0; i < 8; i++) {
                frame[2 + i] = (byte) ((long) length >>> (56 - 8 * i));
            }
        }
        System.arraycopy(payload, 0, frame, header, length);
        return frame;
    }
}
