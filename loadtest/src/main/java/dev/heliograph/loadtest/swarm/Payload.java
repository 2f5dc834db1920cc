package dev.heliograph.loadtest.swarm;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * What every payload of a run begins with: the run, the channel, the number within the channel and
 * the time when it was meant to be sent. What follows is filler.
 */
public final class Payload {

    /** Run (8), channel (4), number (4), intended time (8). No payload is smaller. */
    public static final int HEADER_BYTES = 24;

    private static final int CHANNEL = 8;
    private static final int NUMBER = 12;
    private static final int INTENDED = 16;

    /** The highest bit of a channel: a topic, not a user. */
    private static final int TOPIC = 1 << 31;

    /** Tries to read both clocks at once; the closest pair counts. */
    private static final int CLOCK_READS = 32;

    private static final long OFFSET_NANOS = measureOffset();

    private Payload() {}

    /**
     * What is to be added to {@link System#nanoTime} for nanoseconds since 1970. Processes of one
     * machine share the clock of {@code nanoTime}; a swarm gives its offset to its processes, so
     * that they agree to the nanosecond.
     */
    public static long offsetNanos() {
        return OFFSET_NANOS;
    }

    /** The channel of a user, who is the number of a device. */
    public static int user(int number) {
        return number;
    }

    /** The channel of a topic. */
    public static int topic(int number) {
        return number | TOPIC;
    }

    /** How a channel is called: {@code user/u7}, {@code topic/t0}. */
    public static String name(int channel) {
        return isTopic(channel) ? "topic/t" + number(channel) : "user/u" + channel;
    }

    static boolean isTopic(int channel) {
        return channel < 0;
    }

    /** Of the user or the topic. */
    static int number(int channel) {
        return channel & ~TOPIC;
    }

    /** A payload of this many bytes. */
    static byte[] write(long run, int channel, int number, long intendedEpochNanos, int bytes) {
        ByteBuffer payload = ByteBuffer.allocate(Math.max(bytes, HEADER_BYTES));
        payload.putLong(run).putInt(channel).putInt(number).putLong(intendedEpochNanos);
        return payload.array();
    }

    /** Whether the bytes are a payload of the run. */
    static boolean isOf(long run, ByteBuf payload) {
        return payload.readableBytes() >= HEADER_BYTES
                && payload.getLong(payload.readerIndex()) == run;
    }

    static int channel(ByteBuf payload) {
        return payload.getInt(payload.readerIndex() + CHANNEL);
    }

    static int number(ByteBuf payload) {
        return payload.getInt(payload.readerIndex() + NUMBER);
    }

    static long intendedEpochNanos(ByteBuf payload) {
        return payload.getLong(payload.readerIndex() + INTENDED);
    }

    private static long measureOffset() {
        long closest = Long.MAX_VALUE;
        long offset = 0;
        for (int i = 0; i < CLOCK_READS; i++) {
            long before = System.nanoTime();
            Instant now = Instant.now();
            long took = System.nanoTime() - before;
            if (took < closest) {
                closest = took;
                offset =
                        TimeUnit.SECONDS.toNanos(now.getEpochSecond())
                                + now.getNano()
                                - before
                                - took / 2;
            }
        }
        return offset;
    }
}
