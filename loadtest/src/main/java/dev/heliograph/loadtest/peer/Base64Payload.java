package dev.heliograph.loadtest.peer;

import dev.heliograph.loadtest.swarm.DeviceEvents;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Payloads in messages of JSON: bytes travel as Base64, so a payload of 200 bytes is 268 there. No
 * character of it needs escaping.
 */
public final class Base64Payload {

    private Base64Payload() {}

    /** What stands between the quotes. */
    public static String encode(byte[] payload) {
        return Base64.getEncoder().encodeToString(payload);
    }

    /**
     * Tells the device of a payload.
     *
     * @param message whose bytes from one index to the other, without it, are the text
     */
    public static void receive(ByteBuf message, int from, int to, DeviceEvents events) {
        receive(ByteBufUtil.getBytes(message, from, to - from), events);
    }

    /** Tells the device of a payload. */
    public static void receive(String text, DeviceEvents events) {
        receive(text.getBytes(StandardCharsets.ISO_8859_1), events);
    }

    private static void receive(byte[] text, DeviceEvents events) {
        events.received(Unpooled.wrappedBuffer(Base64.getDecoder().decode(text)));
    }
}
