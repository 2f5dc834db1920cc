package dev.heliograph.server.websocket;

import java.nio.charset.StandardCharsets;

/** Server control frames as they go over the wire (RFC 6455 section 5.5). */
final class ControlFrames {

    /** A close frame without a code, as {@code onEnd} and an echo of one call it. */
    static final int NO_CODE = 1005;

    /** What the end of a connection without a close frame is called. */
    static final int ABNORMAL = 1006;

    /** Longest payload of a control frame. */
    static final int MAX_PAYLOAD = 125;

    private static final int FIN_CLOSE = 0x88;
    private static final int FIN_PONG = 0x8A;

    private ControlFrames() {}

    /** A Pong that answers a Ping with this payload. */
    static byte[] pong(byte[] payload) {
        return frame(FIN_PONG, payload);
    }

    /** A Close; {@link #NO_CODE} gives one without payload. */
    static byte[] close(int code, String reason) {
        if (code == NO_CODE) {
            return frame(FIN_CLOSE, new byte[0]);
        }
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        if (text.length > MAX_PAYLOAD - 2) {
            throw new IllegalArgumentException(
                    "A close reason has at most 123 bytes, this one " + text.length);
        }
        byte[] payload = new byte[2 + text.length];
        payload[0] = (byte) (code >>> 8);
        payload[1] = (byte) code;
        System.arraycopy(text, 0, payload, 2, text.length);
        return frame(FIN_CLOSE, payload);
    }

    /** Whether a peer may put the code into a close frame (RFC 6455 section 7.4 and IANA). */
    static boolean validCode(int code) {
        return code >= 3000
                ? code <= 4999
                : code >= 1000
                        && code <= 1014
                        && code != 1004
                        && code != NO_CODE
                        && code != ABNORMAL;
    }

    private static byte[] frame(int firstByte, byte[] payload) {
        byte[] frame = new byte[2 + payload.length];
        frame[0] = (byte) firstByte;
        frame[1] = (byte) payload.length;
        System.arraycopy(payload, 0, frame, 2, payload.length);
        return frame;
    }
}
