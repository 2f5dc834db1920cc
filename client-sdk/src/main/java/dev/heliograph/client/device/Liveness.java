package dev.heliograph.client.device;

/** Whether the gateway still lives (H-2), by a monotonic clock that the caller reads. */
final class Liveness {

    private final long silenceMs;
    private long heardAtMs;

    /** A peer silent for longer than interval + timeout is dead. */
    Liveness(long intervalMs, long timeoutMs, long nowMs) {
        this.silenceMs = intervalMs + timeoutMs;
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
