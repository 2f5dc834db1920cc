package dev.heliograph.loadtest.swarm;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.SplittableRandom;

/** Writes WebSocket frames as a client does: whole messages, masked in place. */
final class FrameWriter {

    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xa;

    /** Two bytes, a length of eight, a mask of four. */
    private static final int MAX_HEADER_BYTES = 14;

    /** What devices send is small. */
    private static final int USUAL_BYTES = 128;

    private static final int FIN = 0x80;
    private static final int MASK = 0x80;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;

    /* Belongs to the event loop whose devices it masks for. */
    private final SplittableRandom masks = new SplittableRandom();

    /** A buffer with room for a header before what is written into it. */
    static ByteBuf buffer(ByteBufAllocator allocator) {
        return allocator
                .buffer(MAX_HEADER_BYTES + USUAL_BYTES)
                .setIndex(MAX_HEADER_BYTES, MAX_HEADER_BYTES);
    }

    /** Makes the payload a frame; takes it over. */
    ByteBuf frame(ByteBufAllocator allocator, int opcode, ByteBuf payload) {
        if (payload.readerIndex() < MAX_HEADER_BYTES) {
            try {
                return frame(allocator, opcode, buffer(allocator).writeBytes(payload));
            } finally {
                payload.release();
            }
        }
        int mask = masks.nextInt();
        mask(payload, mask);
        int length = payload.readableBytes();
        int begin = payload.readerIndex() - Integer.BYTES;
        payload.setInt(begin, mask);
        if (length < LENGTH_16) {
            begin -= 2;
            payload.setByte(begin + 1, MASK | length);
        } else if (length <= 0xffff) {
            begin -= 2 + Short.BYTES;
            payload.setByte(begin + 1, MASK | LENGTH_16);
            payload.setShort(begin + 2, length);
        } else {
            begin -= 2 + Long.BYTES;
            payload.setByte(begin + 1, MASK | LENGTH_64);
            payload.setLong(begin + 2, length);
        }
        payload.setByte(begin, FIN | opcode);
        return payload.readerIndex(begin);
    }

    private static void mask(ByteBuf payload, int mask) {
        int at = payload.readerIndex();
        int end = payload.writerIndex();
        for (; at + Integer.BYTES <= end; at += Integer.BYTES) {
            payload.setInt(at, payload.getInt(at) ^ mask);
        }
        for (int shift = 24; at < end; at++, shift -= Byte.SIZE) {
            payload.setByte(at, payload.getByte(at) ^ (mask >>> shift));
        }
    }
}
