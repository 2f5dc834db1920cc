package dev.heliograph.client.device;

/**
 * What the app does with a notification. Calls for one channel come one after the other, in the
 * channel's order, on the client's executor; the handler may block. When it returns, the
 * notification is handled: the position moves and it is acknowledged. When it throws, the same
 * notification is tried again with backoff, and after {@link SubscribeOptions#attempts} times the
 * subscription ends with its position before that notification: nothing is skipped.
 */
@FunctionalInterface
public interface NotificationHandler {

    /** Handles one notification. */
    void handle(Delivery delivery) throws Exception;
}
