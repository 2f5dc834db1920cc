package dev.heliograph.server.websocket;

import java.util.concurrent.TimeUnit;

/**
 * A token bucket for the frames of one peer: so many a second, and two seconds' worth at once,
 * which is what a device with all its subscriptions sends after a reconnect, several times. Owned
 * by the connection's reader thread; time comes from outside.
 */
final class FrameRate {

    /** What has not been used in this time cannot be used later. */
    private static final long BURST_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final int nanosPerFrame;

    /** When the bucket will be full again. */
    private long fullAtNanos;

    /** A full bucket. */
    FrameRate(int framesPerSecond, long nowNanos) {
        nanosPerFrame = (int) (TimeUnit.SECONDS.toNanos(1) / framesPerSecond);
        fullAtNanos = nowNanos;
    }

    /** Takes one frame; false when the bucket is empty. */
    boolean take(long nowNanos) {
        long full = Math.max(0, fullAtNanos - nowNanos) + nanosPerFrame;
        if (full > BURST_NANOS) {
            return false;
        }
        fullAtNanos = nowNanos + full;
        return true;
    }
}
