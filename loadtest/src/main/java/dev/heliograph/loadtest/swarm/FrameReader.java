package dev.heliograph.loadtest.swarm;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Takes what a server sends apart into WebSocket messages (RFC 6455, without extensions). Holds
 * memory only while a frame or a fragmented message is incomplete.
 */
final class FrameReader {

    /** Larger messages are not sent to devices by any system here. */
    private static final int MAX_MESSAGE_BYTES = 16 << 20;

    private static final int FIN = 0x80;
    private static final int MASK = 0x80;
    private static final int OPCODE = 0x0f;
    private static final int LENGTH = 0x7f;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int CONTROL = 0x8;
    private static final int HEADER_16 = 4;
    private static final int HEADER_64 = 10;

    private final Sink sink;
    /* Bytes of a frame that has not come in whole; null when there are none. */
    private ByteBuf rest;
    /* Payload of a message whose last fragment has not come; null when there is none. */
    private ByteBuf fragments;
    private int opcode;

    /** Hears of messages. The buffers are valid until it returns. */
    interface Sink {
        /**
         * Reads the head of the answer to the upgrade.
         *
         * @return whether frames follow; otherwise it is not there in whole, or refuses
         */
        boolean head(ByteBuf in);

        /** A whole message, or a control frame. */
        void frame(int opcode, ByteBuf payload);
    }

    FrameReader(Sink sink) {
        this.sink = sink;
    }

    /**
     * Reads on; does not release the buffer.
     *
     * @param head whether the head of the answer is still to come
     * @throws IllegalArgumentException when the server breaks RFC 6455
     */
    void read(ByteBufAllocator allocator, ByteBuf in, boolean head) {
        if (rest == null) {
            take(allocator, in, head);
            if (in.isReadable()) {
                rest = allocator.buffer(in.readableBytes()).writeBytes(in);
            }
            return;
        }
        rest.discardReadBytes().writeBytes(in);
        take(allocator, rest, head);
        if (!rest.isReadable()) {
            rest.release();
            rest = null;
        }
    }

    private void take(ByteBufAllocator allocator, ByteBuf in, boolean head) {
        if (!head || sink.head(in)) {
            frames(allocator, in);
        } else if (in.readableBytes() > Upgrade.MAX_HEAD_BYTES) {
            throw new IllegalArgumentException("a head that is too large");
        }
    }

    void release() {
        if (rest != null) {
            rest.release();
            rest = null;
        }
        if (fragments != null) {
            fragments.release();
            fragments = null;
        }
    }

    private void frames(ByteBufAllocator allocator, ByteBuf in) {
        while (in.readableBytes() >= 2) {
            int begin = in.readerIndex();
            int first = in.getUnsignedByte(begin);
            int second = in.getUnsignedByte(begin + 1);
            if ((second & MASK) != 0) {
                throw new IllegalArgumentException("a masked frame");
            }
            long length = second & LENGTH;
            int header = 2;
            if (length == LENGTH_16) {
                header = HEADER_16;
            } else if (length == LENGTH_64) {
                header = HEADER_64;
            }
            if (in.readableBytes() < header) {
                return;
            }
            if (header == HEADER_16) {
                length = in.getUnsignedShort(begin + 2);
            } else if (header == HEADER_64) {
                length = in.getLong(begin + 2);
            }
            if (length < 0 || length > MAX_MESSAGE_BYTES) {
                throw new IllegalArgumentException("a frame that is too large");
            }
            if (in.readableBytes() < header + length) {
                return;
            }
            int end = begin + header + (int) length;
            int limit = in.writerIndex();
            in.setIndex(begin + header, end);
            frame(allocator, first, in);
            in.setIndex(end, limit);
        }
    }

    private void frame(ByteBufAllocator allocator, int first, ByteBuf payload) {
        int kind = first & OPCODE;
        boolean last = (first & FIN) != 0;
        if (kind >= CONTROL || (last && kind != 0)) {
            sink.frame(kind, payload);
            return;
        }
        if (kind != 0) {
            opcode = kind;
            fragments = allocator.buffer();
        } else if (fragments == null) {
            throw new IllegalArgumentException("a continuation without a start");
        }
        if (fragments.readableBytes() + payload.readableBytes() > MAX_MESSAGE_BYTES) {
            throw new IllegalArgumentException("a message that is too large");
        }
        fragments.writeBytes(payload);
        if (last) {
            ByteBuf message = fragments;
            fragments = null;
            try {
                sink.frame(opcode, message);
            } finally {
                message.release();
            }
        }
    }
}
