package dev.heliograph.client.device;

/**
 * Decides when positions are acknowledged and saved: after 32 notifications, at the latest
 * after 100 ms.
 */
final class AckCoalescer {

    /** Longest time that a handled notification stays unacknowledged. */
    static final long MAX_DELAY_MS = 100;

    /** Most handled notifications that stay unacknowledged. */
    static final int MAX_HANDLED = 32;

    /** What to do after a notification was handled. */
    enum Advice {
        /** Send now. */
        FLUSH,
        /** Send after {@link #MAX_DELAY_MS}. */
        START_TIMER,
        /** A timer runs already. */
        WAIT
    }

    private int handled;

    Advice handled() {
        handled++;
        if (handled >= MAX_HANDLED) {
            return Advice.FLUSH;
        }
        return handled == 1 ? Advice.START_TIMER : Advice.WAIT;
    }

    void flushed() {
        handled = 0;
    }
}
