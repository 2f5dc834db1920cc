package dev.heliograph.loadtest.swarm;

import com.google.protobuf.ByteString;
import dev.heliograph.proto.device.v1.Ack;
import dev.heliograph.proto.device.v1.ClientFrame;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a device knows of a channel that it subscribes to. */
final class HeliographChannel {

    /** Positions and names are texts of some 30 bytes, whose length takes one byte. */
    private static final int MAX_SHORT = 0x7f;

    private static final byte[] NONE = {};
    private static final int ACK = 4 << 3 | 2;
    private static final int ACK_CHANNEL = 1 << 3 | 2;
    private static final int ACK_POSITION = 2 << 3 | 2;

    private final byte[] name;
    private byte[] position = NONE;
    /* What the next frame has to cover first (D-1). */
    private long nextSeq;
    /* Of the Subscribe that counts; frames before its answer are those of the one before. */
    private int subId;
    private boolean subscribed;
    /* Handled and not acknowledged. */
    private int unacked;

    HeliographChannel(String name) {
        this.name = name.getBytes(StandardCharsets.UTF_8);
    }

    String name() {
        return new String(name, StandardCharsets.UTF_8);
    }

    String position() {
        return new String(position, StandardCharsets.ISO_8859_1);
    }

    boolean hasPosition() {
        return position.length > 0;
    }

    boolean isSubscribed() {
        return subscribed;
    }

    int subId() {
        return subId;
    }

    long nextSeq() {
        return nextSeq;
    }

    boolean isCalled(ByteBuf frame, int at, int length) {
        if (length != name.length) {
            return false;
        }
        // Names of one device differ in their ends.
        for (int i = length - 1; i >= 0; i--) {
            if (frame.getByte(at + i) != name[i]) {
                return false;
            }
        }
        return true;
    }

    boolean isCalled(ByteString channel) {
        return Arrays.equals(name, channel.toByteArray());
    }

    /** Asked for; nothing counts until the answer. */
    void asked(int newSubId) {
        subId = newSubId;
        subscribed = false;
    }

    void subscribed(long next, String newPosition) {
        subscribed = true;
        nextSeq = next;
        position = newPosition.getBytes(StandardCharsets.ISO_8859_1);
        unacked = 0;
    }

    /** Everything through this seq has been handled, by one frame. */
    void handled(long throughSeq, ByteBuf frame, int at, int length) {
        if (position.length != length) {
            position = new byte[length];
        }
        frame.getBytes(at, position);
        nextSeq = throughSeq + 1;
    }

    void skipped(long throughSeq, String newPosition) {
        position = newPosition.getBytes(StandardCharsets.ISO_8859_1);
        nextSeq = throughSeq + 1;
    }

    /** Counts one more that is handled and not acknowledged. */
    int countUnacked() {
        return ++unacked;
    }

    boolean hasUnacked() {
        return unacked > 0;
    }

    /** Writes a {@code ClientFrame} with an {@code Ack} of all that is handled. */
    ByteBuf ack(ByteBuf out) {
        unacked = 0;
        int length = 2 + name.length + 2 + position.length;
        if (length > MAX_SHORT) {
            return longAck(out);
        }
        return out.writeByte(ACK)
                .writeByte(length)
                .writeByte(ACK_CHANNEL)
                .writeByte(name.length)
                .writeBytes(name)
                .writeByte(ACK_POSITION)
                .writeByte(position.length)
                .writeBytes(position);
    }

    private ByteBuf longAck(ByteBuf out) {
        return out.writeBytes(
                ClientFrame.newBuilder()
                        .setAck(Ack.newBuilder().setChannel(name()).setPosition(position()))
                        .build()
                        .toByteArray());
    }
}
