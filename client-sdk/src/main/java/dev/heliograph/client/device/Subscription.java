package dev.heliograph.client.device;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One channel of a client. It outlives connections: the client takes it up again on each. */
public interface Subscription extends AutoCloseable {

    /** What was asked for: {@code inbox}, {@code user/<id>} or {@code topic/<name>}. */
    String channel();

    /**
     * Completes when the gateway has answered for the first time; fails when the subscription ends
     * before.
     */
    CompletableFuture<Void> ready();

    /**
     * Completes when the subscription ends: normally after {@link #close} or the client's end, else
     * with a {@link SubscriptionException}. Cancelling or completing it changes nothing.
     */
    CompletableFuture<Void> ended();

    /** The position after the newest handled notification, if any is known yet. */
    Optional<String> position();

    /**
     * Ends the subscription. Its position stays in the store: subscribing again goes on from there.
     */
    @Override
    void close();
}
