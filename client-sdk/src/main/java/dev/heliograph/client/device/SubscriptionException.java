package dev.heliograph.client.device;

/**
 * A subscription ended by itself. Its position stays before the first notification that was not
 * handled.
 */
public final class SubscriptionException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Why a subscription ends by itself. */
    public enum Reason {
        /** The gateway refused it: see the message for the code. */
        REFUSED,
        /** The handler threw as often as the options allow; the cause is what it threw last. */
        HANDLER_FAILED,
        /** The position store could not be read. */
        STORE_FAILED,
        /** The client has another subscription for the same channel. */
        DUPLICATE
    }

    private final String channel;
    private final Reason reason;

    SubscriptionException(String channel, Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.channel = channel;
        this.reason = reason;
    }

    /** The channel, as the app named it. */
    public String channel() {
        return channel;
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
