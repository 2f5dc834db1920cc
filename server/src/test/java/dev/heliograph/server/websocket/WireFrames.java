package dev.heliograph.server.websocket;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Client frames as bytes, right and wrong ones. */
public final class WireFrames {

    /** The bit of a message's last frame. */
    public static final int FIN = 0x80;

    public static final int CONTINUATION = 0x0;
    public static final int TEXT = 0x1;
    public static final int BINARY = 0x2;
    public static final int CLOSE = 0x8;
    public static final int PING = 0x9;
    public static final int PONG = 0xA;

    private static final int KEY = 0x37FA213D;

    private WireFrames() {}

    /** A text message. */
    public static byte[] text(String text) {
        return masked(FIN | TEXT, utf8(text));
    }

    /** The text as bytes. */
    public static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A binary message. */
    public static byte[] binary(byte[] payload) {
        return masked(FIN | BINARY, payload);
    }

    /** A Close. */
    public static byte[] close(int code, String reason) {
        byte[] text = utf8(reason);
        return masked(
                FIN | CLOSE,
                ByteBuffer.allocate(2 + text.length).putShort((short) code).put(text).array());
    }

    /** A right frame with this first byte. */
    public static byte[] masked(int firstByte, byte[] payload) {
        return frame(firstByte, payload.length, true, payload);
    }

    /** A frame that claims a length, which need not be that of its payload. */
    public static byte[] frame(int firstByte, long length, boolean mask, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put((byte) firstByte);
        int maskBit = mask ? 0x80 : 0;
        if (length < 126) {
            frame.put((byte) (maskBit | length));
        } else if (length <= 0xFFFF) {
            frame.put((byte) (maskBit | 126)).putShort((short) length);
        } else {
            frame.put((byte) (maskBit | 127)).putLong(length);
        }
        if (mask) {
            frame.putInt(KEY);
        }
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (mask ? payload[i] ^ (KEY >>> (24 - 8 * (i & 3))) : payload[i]));
        }
        byte[] bytes = new byte[frame.position()];
        frame.flip().get(bytes);
        return bytes;
    }

    /** All of them, one behind the other. */
    public static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
