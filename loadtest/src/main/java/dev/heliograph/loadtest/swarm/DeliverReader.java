package dev.heliograph.loadtest.swarm;

import io.netty.buffer.ByteBuf;

/**
 * Reads a {@code ServerFrame} with a {@code Deliver} where it lies, without an object for any part
 * of it. Knows of each part where it begins and how long it is.
 */
final class DeliverReader {

    /** {@code ServerFrame.deliver}: field 3, length-delimited. */
    private static final int DELIVER = 3 << 3 | 2;

    private static final int CHANNEL = 1 << 3 | 2;
    private static final int SEQ = 2 << 3;
    private static final int POSITION = 3 << 3 | 2;
    private static final int NOTIFICATION = 4 << 3 | 2;
    private static final int OUT_OF_ORDER = 6 << 3;
    private static final int PAYLOAD = 3 << 3 | 2;

    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;
    private static final int WIRE_TYPE = 7;

    int channelAt;
    int channelLength;
    int positionAt;
    int positionLength;
    int payloadAt;
    int payloadLength;
    long seq;
    boolean outOfOrder;

    /** Whether the frame is a Deliver. */
    static boolean isDeliver(ByteBuf frame) {
        return frame.isReadable() && frame.getByte(frame.readerIndex()) == DELIVER;
    }

    /** Reads it; the indexes of the frame move. */
    void read(ByteBuf frame) {
        channelLength = 0;
        positionLength = 0;
        payloadLength = 0;
        seq = 0;
        outOfOrder = false;
        frame.skipBytes(1);
        int end = length(frame) + frame.readerIndex();
        while (frame.readerIndex() < end) {
            int tag = (int) varint(frame);
            switch (tag) {
                case CHANNEL -> {
                    channelLength = length(frame);
                    channelAt = skip(frame, channelLength);
                }
                case SEQ -> seq = varint(frame);
                case POSITION -> {
                    positionLength = length(frame);
                    positionAt = skip(frame, positionLength);
                }
                case OUT_OF_ORDER -> outOfOrder = varint(frame) != 0;
                case NOTIFICATION -> notification(frame, length(frame) + frame.readerIndex());
                default -> skipField(frame, tag);
            }
        }
    }

    private void notification(ByteBuf frame, int end) {
        while (frame.readerIndex() < end) {
            int tag = (int) varint(frame);
            if (tag == PAYLOAD) {
                payloadLength = length(frame);
                payloadAt = skip(frame, payloadLength);
            } else {
                skipField(frame, tag);
            }
        }
    }

    private static int length(ByteBuf frame) {
        return (int) varint(frame);
    }

    private static int skip(ByteBuf frame, int length) {
        int at = frame.readerIndex();
        frame.skipBytes(length);
        return at;
    }

    private static void skipField(ByteBuf frame, int tag) {
        switch (tag & WIRE_TYPE) {
            case VARINT -> varint(frame);
            case FIXED_64 -> frame.skipBytes(Long.BYTES);
            case BYTES -> frame.skipBytes(length(frame));
            case FIXED_32 -> frame.skipBytes(Integer.BYTES);
            default -> throw new IllegalArgumentException("a Deliver that cannot be decoded");
        }
    }

    private static long varint(ByteBuf frame) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = frame.readByte();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a varint that is too long");
    }
}
