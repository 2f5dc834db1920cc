package dev.heliograph.client.producer;

import dev.heliograph.client.auth.TokenProvider.Reason;
import dev.heliograph.client.auth.UnauthorizedException;
import dev.heliograph.client.internal.TokenSource;
import dev.heliograph.proto.notify.v1.NotifyBatchRequest;
import dev.heliograph.proto.notify.v1.NotifyBatchResponse;
import dev.heliograph.proto.notify.v1.NotifyRequest;
import dev.heliograph.proto.notify.v1.NotifyResponse;
import dev.heliograph.proto.notify.v1.NotifyServiceGrpc;
import dev.heliograph.proto.notify.v1.NotifyServiceGrpc.NotifyServiceStub;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * The remote calls, each with a token and a deadline. Futures fail with a {@link NotifyException}.
 */
final class NotifyCalls {

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final Channel channel;
    private final TokenSource tokens;
    private final Duration deadline;

    NotifyCalls(Channel channel, TokenSource tokens, Duration deadline) {
        this.channel = channel;
        this.tokens = tokens;
        this.deadline = deadline;
    }

    CompletableFuture<NotifyResponse> notify(NotifyRequest request) {
        return withToken((stub, observer) -> stub.notify(request, observer));
    }

    CompletableFuture<NotifyBatchResponse> notifyBatch(NotifyBatchRequest request) {
        return withToken((stub, observer) -> stub.notifyBatch(request, observer));
    }

    /** A refused token is replaced once. */
    private <T> CompletableFuture<T> withToken(
            BiConsumer<NotifyServiceStub, StreamObserver<T>> call) {
        return token().thenCompose(
                        token ->
                                once(token, call)
                                        .exceptionallyCompose(
                                                failure -> {
                                                    if (NotifyException.of(unwrap(failure)).code()
                                                            != Status.Code.UNAUTHENTICATED) {
                                                        return CompletableFuture.failedFuture(
                                                                failure);
                                                    }
                                                    tokens.invalidate(token, Reason.REFUSED);
                                                    return token().thenCompose(
                                                                    fresh -> once(fresh, call));
                                                }));
    }

    private CompletableFuture<String> token() {
        return tokens.token()
                .exceptionallyCompose(
                        failure -> {
                            Throwable cause = unwrap(failure);
                            Status status =
                                    cause instanceof UnauthorizedException
                                            ? Status.UNAUTHENTICATED
                                            : Status.UNAVAILABLE;
                            return CompletableFuture.failedFuture(
                                    NotifyException.of(
                                            status.withDescription(
                                                            "No token: " + cause.getMessage())
                                                    .withCause(cause)
                                                    .asRuntimeException()));
                        });
    }

    private <T> CompletableFuture<T> once(
            String token, BiConsumer<NotifyServiceStub, StreamObserver<T>> call) {
        Metadata headers = new Metadata();
        headers.put(AUTHORIZATION, "Bearer " + token);
        NotifyServiceStub stub =
                NotifyServiceGrpc.newStub(channel)
                        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                        .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<T> answer = new CompletableFuture<>();
        call.accept(stub, new Answer<>(answer));
        return answer;
    }

    static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }

    /** Turns the answer of a unary call into a future. */
    private record Answer<T>(CompletableFuture<T> future) implements StreamObserver<T> {

        @Override
        public void onNext(T value) {
            future.complete(value);
        }

        @Override
        public void onError(Throwable failure) {
            future.completeExceptionally(NotifyException.of(failure));
        }

        @Override
        public void onCompleted() {
            // A unary call without an answer; with one the future is complete already.
            future.completeExceptionally(
                    NotifyException.of(
                            Status.INTERNAL
                                    .withDescription("The server sent no answer")
                                    .asRuntimeException()));
        }
    }
}
