package dev.heliograph.client.producer;

import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.internal.TokenSource;
import dev.heliograph.proto.notify.v1.BatchResult.OutcomeCase;
import dev.heliograph.proto.notify.v1.NotifyBatchRequest;
import dev.heliograph.proto.notify.v1.NotifyBatchResponse;
import dev.heliograph.proto.notify.v1.NotifyRequest;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Function;

/**
 * Sends notifications. Failed calls are repeated with the same idempotency key, so that nothing is
 * stored twice, and after a partial failure only what is missing is sent again.
 *
 * {@snippet :
 * try (ProducerClient producer =
 *         ProducerClient.builder("localhost:9090", TokenProvider.fixed(token)).plaintext().build()) {
 *     producer.notify(Notification.of(Target.user("alice"), "greeting").json("{\"text\":\"hi\"}").build());
 * }
 * }
 *
 * <p>Safe for any thread; one client per process is enough.
 */
public final class ProducerClient implements AutoCloseable {

    /** Longest time that one attempt may take, by default. */
    public static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(5);

    /* A connection whose other end has vanished would swallow every call until TCP gives up after many minutes. */
    private static final Duration KEEPALIVE_INTERVAL = Duration.ofSeconds(30);
    private static final Duration KEEPALIVE_TIMEOUT = Duration.ofSeconds(5);

    /** Longest time that {@link #close} waits for calls under way. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final ManagedChannel channel;
    private final NotifyCalls calls;
    private final RetryPolicy retry;
    private final DoubleSupplier random;

    private ProducerClient(Builder builder) {
        this.channel =
                Grpc.newChannelBuilder(builder.address, builder.credentials)
                        .defaultLoadBalancingPolicy("round_robin")
                        .keepAliveTime(KEEPALIVE_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)
                        .keepAliveTimeout(KEEPALIVE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                        .build();
        this.calls = new NotifyCalls(channel, new TokenSource(builder.tokens), builder.deadline);
        this.retry = builder.retry;
        this.random = builder.random;
    }

    /**
     * Describes a client.
     *
     * @param address {@code host:port}, or a gRPC target such as {@code
     *     dns:///notify.example.com:443}, all of whose addresses are used in turn
     * @param tokens where tokens with the scope {@code notify} come from
     */
    public static Builder builder(String address, TokenProvider tokens) {
        return new Builder(address, tokens);
    }

    /**
     * Sends a notification, and returns when every channel of its target has stored it; what is
     * ephemeral is tried once, and is then on its way.
     *
     * @throws NotifyException when it failed for some channel after all attempts; {@link
     *     NotifyException#result} then tells them apart
     */
    public NotifyResult notify(Notification notification) {
        return await(notifyAsync(notification));
    }

    /** The same without waiting. The future fails with a {@link NotifyException}. */
    public CompletableFuture<NotifyResult> notifyAsync(Notification notification) {
        Sending sending = new Sending(notification.toProto());
        return attempt(List.of(sending), this::callOne, 1)
                .thenApply(
                        done ->
                                switch (sending.item()) {
                                    case BatchResult.Item.Refused refused -> throw refused.error();
                                    case BatchResult.Item.Answered answered -> {
                                        if (!answered.result().complete()) {
                                            throw NotifyException.partial(answered.result());
                                        }
                                        yield answered.result();
                                    }
                                });
    }

    /**
     * Sends many notifications, in as few calls as the API's limits allow, one call after the
     * other. Does not throw for notifications that failed: look at the result. Notifications for
     * one channel are stored in the list's order, but for those that had to be sent again.
     */
    public BatchResult notifyBatch(List<Notification> notifications) {
        return await(notifyBatchAsync(notifications));
    }

    /** The same without waiting. */
    public CompletableFuture<BatchResult> notifyBatchAsync(List<Notification> notifications) {
        List<NotifyRequest> requests = notifications.stream().map(Notification::toProto).toList();
        List<Sending> all = new ArrayList<>(requests.size());
        CompletableFuture<Void> before = CompletableFuture.completedFuture(null);
        for (List<NotifyRequest> call : BatchSplitter.split(requests)) {
            List<Sending> part = call.stream().map(Sending::new).toList();
            all.addAll(part);
            before = before.thenCompose(done -> attempt(part, this::callBatch, 1));
        }
        return before.thenApply(done -> new BatchResult(all.stream().map(Sending::item).toList()));
    }

    /** Sends what is missing, and again as long as that may help. Never fails. */
    private CompletableFuture<Void> attempt(
            List<Sending> sendings,
            Function<List<Sending>, CompletableFuture<Void>> call,
            int made) {
        return call.apply(sendings)
                .exceptionally(
                        failure -> {
                            NotifyException why = NotifyException.of(NotifyCalls.unwrap(failure));
                            sendings.forEach(sending -> sending.refused(why));
                            return null;
                        })
                .thenCompose(
                        done -> {
                            List<Sending> missing =
                                    sendings.stream().filter(Sending::wantsRetry).toList();
                            if (missing.isEmpty()
                                    || !retry.allowsAfter(made)
                                    || channel.isShutdown()) {
                                return CompletableFuture.completedFuture(null);
                            }
                            long asksMs =
                                    missing.stream()
                                            .mapToLong(Sending::serverAsksMs)
                                            .max()
                                            .orElse(0);
                            long delayMs = retry.delayMs(made, Duration.ofMillis(asksMs), random);
                            return CompletableFuture.runAsync(
                                            () -> {},
                                            CompletableFuture.delayedExecutor(
                                                    delayMs, TimeUnit.MILLISECONDS))
                                    .thenCompose(waited -> attempt(missing, call, made + 1));
                        });
    }

    private CompletableFuture<Void> callOne(List<Sending> single) {
        Sending sending = single.getFirst();
        NotifyRequest request = sending.request();
        return calls.notify(request).thenAccept(response -> sending.answered(request, response));
    }

    private CompletableFuture<Void> callBatch(List<Sending> sendings) {
        List<NotifyRequest> requests = sendings.stream().map(Sending::request).toList();
        return calls.notifyBatch(NotifyBatchRequest.newBuilder().addAllRequests(requests).build())
                .thenAccept(response -> take(sendings, requests, response));
    }

    private static void take(
            List<Sending> sendings, List<NotifyRequest> requests, NotifyBatchResponse response) {
        if (response.getResultsCount() != sendings.size()) {
            throw Status.INTERNAL
                    .withDescription(
                            "The answer has %d results for %d requests"
                                    .formatted(response.getResultsCount(), sendings.size()))
                    .asRuntimeException();
        }
        for (int i = 0; i < sendings.size(); i++) {
            var result = response.getResults(i);
            if (result.getOutcomeCase() == OutcomeCase.RESPONSE) {
                sendings.get(i).answered(requests.get(i), result.getResponse());
            } else {
                sendings.get(i).refused(NotifyException.of(result.getError()));
            }
        }
    }

    private static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw NotifyException.of(
                    Status.CANCELLED
                            .withDescription("Interrupted; it is not known whether it is stored")
                            .withCause(e)
                            .asRuntimeException());
        } catch (ExecutionException e) {
            throw NotifyException.of(e.getCause());
        }
    }

    /** Lets calls under way finish for up to 5 s. Further calls do nothing. */
    @Override
    public void close() {
        channel.shutdown();
        try {
            if (!channel.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                channel.shutdownNow();
            }
        } catch (InterruptedException e) {
            channel.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /** Describes a client. */
    public static final class Builder {

        private final String address;
        private final TokenProvider tokens;
        private ChannelCredentials credentials = TlsChannelCredentials.create();
        private Duration deadline = DEFAULT_DEADLINE;
        private RetryPolicy retry = RetryPolicy.DEFAULT;
        private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();

        private Builder(String address, TokenProvider tokens) {
            this.address = Objects.requireNonNull(address, "address");
            this.tokens = Objects.requireNonNull(tokens, "tokens");
        }

        /** No TLS. By default TLS with the JDK's trusted roots. */
        public Builder plaintext() {
            return credentials(InsecureChannelCredentials.create());
        }

        /** Own TLS settings, see {@link TlsChannelCredentials}. */
        public Builder credentials(ChannelCredentials own) {
            this.credentials = Objects.requireNonNull(own, "own");
            return this;
        }

        /** Longest time that one attempt may take; {@link #DEFAULT_DEADLINE} by default. */
        public Builder deadline(Duration time) {
            if (time.toMillis() < 1) {
                throw new IllegalArgumentException(
                        "The deadline has to be at least 1 ms, but is " + time);
            }
            this.deadline = time;
            return this;
        }

        /** How failed calls are repeated; {@link RetryPolicy#DEFAULT} by default. */
        public Builder retry(RetryPolicy policy) {
            this.retry = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /** Where jitter comes from: values in [0, 1). */
        public Builder random(DoubleSupplier values) {
            this.random = Objects.requireNonNull(values, "values");
            return this;
        }

        /** The client. It connects with its first call. */
        public ProducerClient build() {
            return new ProducerClient(this);
        }
    }
}
