package dev.heliograph.server.websocket;

import dev.heliograph.proto.device.v1.CloseCode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The reading side of RFC 6455: bytes in, cut anywhere, whole messages and control frames out.
 * Owned by the connection's reader thread. Memory stays within the message limit, and within twice
 * what the peer has really sent of a message.
 */
final class FrameReader {

    /** What was read. */
    interface Events {
        /** A frame of any kind begins. False when the peer sends more of them than it may. */
        default boolean admits() {
            return true;
        }

        /** A whole data message; the array is the callee's. */
        void message(byte[] payload);

        /** A Ping. */
        void ping(byte[] payload);

        /** A Close, {@link ControlFrames#NO_CODE} if it had none. Nothing is read after it. */
        void peerClosed(int code, String reason);

        /** The peer broke a rule. Nothing is read after it: frame borders are lost. */
        void violation(CloseCode code, String problem);
    }

    private enum Step {
        FIRST_BYTE,
        SECOND_BYTE,
        LENGTH,
        KEY,
        PAYLOAD,
        DONE
    }

    private static final int FIN = 0x80;
    private static final int RESERVED_BITS = 0x70;
    private static final int OPCODE_BITS = 0x0F;
    private static final int MASKED = 0x80;
    private static final int LENGTH_BITS = 0x7F;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;

    private static final int CONTINUATION = 0x0;
    private static final int TEXT = 0x1;
    private static final int BINARY = 0x2;
    private static final int CLOSE = 0x8;
    private static final int PING = 0x9;
    private static final int PONG = 0xA;
    private static final int CONTROL_BIT = 0x8;

    private static final byte[] EMPTY = {};

    private final int maxMessageBytes;
    private final boolean text;
    private final Utf8Validator utf8 = new Utf8Validator();

    private Step step = Step.FIRST_BYTE;
    private boolean fin;
    private int opcode;
    private int headerBytesLeft;
    private boolean wideLength;
    private long length;
    private int key;
    private int payloadRead;
    private int taken;

    /**
     * The message so far; {@code fragmented} while a frame without FIN waits for its continuation.
     */
    private byte[] message = EMPTY;

    private int messageLength;
    private boolean fragmented;
    private byte[] control = EMPTY;

    /**
     * A reader at the start of a stream.
     *
     * @param text whether messages have to be text, else binary
     */
    FrameReader(int maxMessageBytes, boolean text) {
        this.maxMessageBytes = maxMessageBytes;
        this.text = text;
    }

    /**
     * Takes the next bytes, those before {@code end}; tells {@code events} what they complete
     * before it returns. The array stays the caller's.
     */
    void read(byte[] bytes, int end, Events events) {
        taken += end;
        int at = 0;
        while (at < end && step != Step.DONE) {
            if (step == Step.PAYLOAD) {
                at += payload(bytes, at, end, events);
            } else {
                header(bytes[at++] & 0xFF, events);
            }
        }
    }

    /** How many bytes were read since this was asked last. */
    int takeCount() {
        int count = taken;
        taken = 0;
        return count;
    }

    /** Whether the stream has ended for this reader: with a Close, or with a broken rule. */
    boolean isDone() {
        return step == Step.DONE;
    }

    private void header(int b, Events events) {
        switch (step) {
            case FIRST_BYTE -> firstByte(b, events);
            case SECOND_BYTE -> secondByte(b, events);
            case LENGTH -> {
                length = length << 8 | b;
                if (--headerBytesLeft == 0) {
                    extendedLength(events);
                }
            }
            case KEY -> {
                key = key << 8 | b;
                if (--headerBytesLeft == 0) {
                    beginPayload(events);
                }
            }
            default -> throw new IllegalStateException("Not in a header: " + step);
        }
    }

    private void firstByte(int b, Events events) {
        if (!events.admits()) {
            fail(CloseCode.CLOSE_CODE_RATE_LIMITED, "too many frames", events);
            return;
        }
        fin = (b & FIN) != 0;
        opcode = b & OPCODE_BITS;
        if ((b & RESERVED_BITS) != 0) {
            broken("a reserved bit is set", events);
            return;
        }
        switch (opcode) {
            case CONTINUATION -> {
                if (!fragmented) {
                    broken("a continuation without a start", events);
                    return;
                }
            }
            case TEXT, BINARY -> {
                if (fragmented) {
                    broken("a new data frame inside a fragmented message", events);
                    return;
                }
                if (text != (opcode == TEXT)) {
                    fail(
                            CloseCode.CLOSE_CODE_UNSUPPORTED_DATA,
                            text ? "a binary message" : "a text message",
                            events);
                    return;
                }
            }
            case CLOSE, PING, PONG -> {
                if (!fin) {
                    broken("a fragmented control frame", events);
                    return;
                }
            }
            default -> {
                broken("reserved opcode " + opcode, events);
                return;
            }
        }
        step = Step.SECOND_BYTE;
    }

    private void secondByte(int b, Events events) {
        if ((b & MASKED) == 0) {
            broken("an unmasked frame", events);
            return;
        }
        int shortLength = b & LENGTH_BITS;
        if (control() && shortLength > ControlFrames.MAX_PAYLOAD) {
            broken("a control frame of more than 125 bytes", events);
        } else if (shortLength < LENGTH_16) {
            length = shortLength;
            checkLength(events);
        } else {
            length = 0;
            wideLength = shortLength == LENGTH_64;
            headerBytesLeft = wideLength ? Long.BYTES : Short.BYTES;
            step = Step.LENGTH;
        }
    }

    private void extendedLength(Events events) {
        if (length < 0) {
            broken("a length with the highest bit set", events);
        } else if (length < (wideLength ? 0x1_0000 : LENGTH_16)) {
            broken("a length in more bytes than it needs", events);
        } else {
            checkLength(events);
        }
    }

    private void checkLength(Events events) {
        if (!control() && length > maxMessageBytes - messageLength) {
            fail(
                    CloseCode.CLOSE_CODE_MESSAGE_TOO_BIG,
                    "a message of more than " + maxMessageBytes + " bytes",
                    events);
            return;
        }
        key = 0;
        headerBytesLeft = Integer.BYTES;
        step = Step.KEY;
    }

    private void beginPayload(Events events) {
        payloadRead = 0;
        if (control()) {
            control = length == 0 ? EMPTY : new byte[(int) length];
        }
        step = Step.PAYLOAD;
        if (length == 0) {
            endFrame(events);
        }
    }

    private int payload(byte[] bytes, int from, int to, Events events) {
        int taken = (int) Math.min(to - from, length - payloadRead);
        if (control()) {
            System.arraycopy(bytes, from, control, payloadRead, taken);
            Mask.apply(control, payloadRead, payloadRead + taken, key, payloadRead);
        } else {
            int end = messageLength + taken;
            if (end > message.length) {
                int frameEnd = messageLength + (int) length - payloadRead;
                message =
                        Arrays.copyOf(
                                message, Math.min(frameEnd, Math.max(end, 2 * message.length)));
            }
            System.arraycopy(bytes, from, message, messageLength, taken);
            Mask.apply(message, messageLength, end, key, payloadRead);
            if (text && !utf8.accept(message, messageLength, end)) {
                notUtf8(events);
                return taken;
            }
            messageLength = end;
        }
        payloadRead += taken;
        if (payloadRead == length) {
            endFrame(events);
        }
        return taken;
    }

    private void endFrame(Events events) {
        step = Step.FIRST_BYTE;
        if (control()) {
            byte[] payload = control;
            control = EMPTY;
            if (opcode == PING) {
                events.ping(payload);
            } else if (opcode == CLOSE) {
                close(payload, events);
            }
            return;
        }
        fragmented = !fin;
        if (!fin) {
            return;
        }
        if (text && !utf8.complete()) {
            notUtf8(events);
            return;
        }
        byte[] whole =
                messageLength == message.length ? message : Arrays.copyOf(message, messageLength);
        message = EMPTY;
        messageLength = 0;
        events.message(whole);
    }

    private void close(byte[] payload, Events events) {
        if (payload.length == 0) {
            stop();
            events.peerClosed(ControlFrames.NO_CODE, "");
            return;
        }
        int code = payload.length == 1 ? 0 : ((payload[0] & 0xFF) << 8) | (payload[1] & 0xFF);
        if (!ControlFrames.validCode(code)) {
            broken("a bad close code", events);
            return;
        }
        utf8.reset();
        if (!utf8.accept(payload, 2, payload.length) || !utf8.complete()) {
            notUtf8(events);
            return;
        }
        stop();
        events.peerClosed(code, new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8));
    }

    private boolean control() {
        return (opcode & CONTROL_BIT) != 0;
    }

    private void notUtf8(Events events) {
        fail(CloseCode.CLOSE_CODE_INVALID_UTF8, "text that is not UTF-8", events);
    }

    private void broken(String problem, Events events) {
        fail(CloseCode.CLOSE_CODE_WEBSOCKET_PROTOCOL_ERROR, problem, events);
    }

    private void fail(CloseCode code, String problem, Events events) {
        stop();
        events.violation(code, problem);
    }

    private void stop() {
        step = Step.DONE;
        message = EMPTY;
        control = EMPTY;
    }
}
