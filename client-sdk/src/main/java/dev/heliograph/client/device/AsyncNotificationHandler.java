package dev.heliograph.client.device;

import java.util.concurrent.CompletionStage;

/**
 * A handler whose work ends later. The next notification of the channel comes when the stage has
 * completed; a stage that fails counts as a handler that throws, see {@link NotificationHandler}.
 */
@FunctionalInterface
public interface AsyncNotificationHandler {

    /** Begins to handle one notification. */
    CompletionStage<?> handle(Delivery delivery) throws Exception;
}
