package dev.heliograph.client.device;

/** Whether the gateway still lives (H-2), by a monotonic clock that the caller reads. */
final class Liveness {

    /** H-1: for a gateway that states no times in its Welcome. */
    private static final long DEFAULT_SILENCE_MS = 25_000 + 10_000;

    private final long silenceMs;
    private long heardAtMs;

    /**
     * A peer silent for longer than interval + timeout is dead. Both are as on the wire: unsigned.
     */
    Liveness(int intervalMs, int timeoutMs, long nowMs) {
        long statedMs = Integer.toUnsignedLong(intervalMs) + Integer.toUnsignedLong(timeoutMs);
        this.silenceMs = statedMs == 0 ? DEFAULT_SILENCE_MS : statedMs;
        this.heardAtMs = nowMs;
    }

    /** A frame came. */
    void heard(long nowMs) {
        heardAtMs = nowMs;
    }

    /** Time left before the peer counts as dead; 0 or less: it does. */
    long remainingMs(long nowMs) {
        return heardAtMs + silenceMs - nowMs;
    }
}
