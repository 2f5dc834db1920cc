package dev.heliograph.client.device;

import dev.heliograph.client.device.DeliveryWindow.Broken;
import dev.heliograph.client.device.DeliveryWindow.Entry;
import dev.heliograph.client.device.DeliveryWindow.Notified;
import dev.heliograph.client.device.DeliveryWindow.Passed;
import dev.heliograph.client.device.Diagnostic.Kind;
import dev.heliograph.client.internal.Backoff;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;

/**
 * Gives a channel's entries to the app one after the other, and tries again when the handler
 * throws. Owned by the loop.
 */
final class HandlerPump {

    private final ChannelSubscription subscription;
    private final SubscribeOptions options;
    private final AsyncNotificationHandler handler;
    private final DeviceOptions client;
    private final Notices notices;

    private final DeliveryWindow window = new DeliveryWindow();
    private boolean busy;
    private boolean abandoned;

    /** How often the head of the window has failed. */
    private int failures;

    HandlerPump(
            ChannelSubscription subscription,
            SubscribeOptions options,
            AsyncNotificationHandler handler,
            DeviceOptions client,
            Notices notices) {
        this.subscription = subscription;
        this.options = options;
        this.handler = handler;
        this.client = client;
        this.notices = notices;
    }

    void add(Entry entry) {
        window.add(entry);
        advance();
    }

    boolean isFull() {
        return window.isFull();
    }

    boolean hasRoom() {
        return window.hasRoom();
    }

    /**
     * Hands out nothing more. Returns the ids that were not handled; a call under way may still
     * finish unnoticed.
     */
    List<String> abandon() {
        abandoned = true;
        return window.abandon();
    }

    private void advance() {
        while (!busy && !abandoned) {
            Optional<Entry> head = window.head();
            if (head.isEmpty()) {
                return;
            }
            switch (head.get()) {
                case Passed passed -> subscription.handled(window.complete());
                case Notified notified -> start(notified);
                case Broken broken -> start(broken);
            }
        }
    }

    private void start(Entry entry) {
        busy = true;
        try {
            client.executor().execute(() -> run(entry));
        } catch (RejectedExecutionException e) {
            finished(entry, e);
        }
    }

    /** On the app's executor. */
    private void run(Entry entry) {
        CompletionStage<?> work;
        try {
            work = call(entry);
        } catch (Throwable e) {
            work = CompletableFuture.failedFuture(e);
        }
        work.whenComplete((nothing, failure) -> client.loop().post(() -> finished(entry, failure)));
    }

    private CompletionStage<?> call(Entry entry) throws Exception {
        return switch (entry) {
            case Notified notified ->
                    Objects.requireNonNull(
                            handler.handle(notified.delivery()), "The handler returned null");
            case Broken broken -> {
                options.onReset().accept(broken.reset());
                yield CompletableFuture.completedFuture(null);
            }
            case Passed passed -> CompletableFuture.completedFuture(null);
        };
    }

    private void finished(Entry entry, Throwable failure) {
        if (abandoned) {
            return;
        }
        if (failure == null) {
            busy = false;
            failures = 0;
            subscription.handled(window.complete());
            advance();
            return;
        }
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
        failures++;
        String what =
                entry instanceof Notified notified
                        ? "Notification " + notified.delivery().id()
                        : "A reset";
        if (entry instanceof Notified notified && notified.delivery().ephemeral()) {
            // Its moment has passed, and there is nothing to go on with later.
            notices.diagnostic(Kind.HANDLER, subscription.wireName(), what + " failed", cause);
            busy = false;
            failures = 0;
            subscription.handled(window.complete());
            advance();
            return;
        }
        if (failures >= options.attempts()) {
            subscription.fail(
                    SubscriptionException.Reason.HANDLER_FAILED,
                    "%s failed in the handler %d times; subscribe again to go on with it"
                            .formatted(what, failures),
                    cause);
            return;
        }
        notices.diagnostic(
                Kind.HANDLER,
                subscription.wireName(),
                "%s failed in the handler, attempt %d".formatted(what, failures),
                cause);
        client.loop()
                .after(
                        Backoff.DEVICE.delayMs(failures, client.random()),
                        () -> {
                            busy = false;
                            advance();
                        });
    }
}
