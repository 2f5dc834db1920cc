package dev.heliograph.loadtest.peer;

import io.netty.buffer.ByteBuf;

/** Finds the few bytes that matter in a message of JSON, without reading it as such. */
public final class JsonScan {

    private JsonScan() {}

    /** Whether the message begins so. */
    public static boolean startsWith(ByteBuf message, byte[] start) {
        return holds(message, message.readerIndex(), start);
    }

    /** The index after the first such text; -1 when there is none. */
    public static int after(ByteBuf message, byte[] text) {
        int end = message.writerIndex();
        int at = message.indexOf(message.readerIndex(), end, text[0]);
        while (at >= 0 && !holds(message, at, text)) {
            at = message.indexOf(at + 1, end, text[0]);
        }
        return at < 0 ? -1 : at + text.length;
    }

    /** The index of the next quote; the message's end when there is none. */
    public static int quote(ByteBuf message, int from) {
        int found = message.indexOf(from, message.writerIndex(), (byte) '"');
        return found < 0 ? message.writerIndex() : found;
    }

    private static boolean holds(ByteBuf message, int at, byte[] text) {
        if (message.writerIndex() - at < text.length) {
            return false;
        }
        for (int i = 0; i < text.length; i++) {
            if (message.getByte(at + i) != text[i]) {
                return false;
            }
        }
        return true;
    }
}
