package dev.heliograph.server.log;

import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A command that waits for the writer of a {@link RedisPipe}, then for its answer.
 *
 * @param result completes with the answer, or with what Redis or the pipe said instead
 */
record PipeCall<T>(
        Function<RedisAsyncCommands<String, byte[]>, CompletionStage<T>> command,
        CompletableFuture<T> result) {

    /** The gate of what needs no confirmation. */
    static final CompletableFuture<Void> CONFIRMED = CompletableFuture.completedFuture(null);

    /** Wakes the writer. */
    static final PipeCall<?> NOTHING = new PipeCall<>(c -> CONFIRMED, new CompletableFuture<>());

    /**
     * Hands it to a connection.
     *
     * @param answered hears of each answer: null, or the failure
     * @param gate an answer counts when this is complete
     */
    void dispatch(
            RedisAsyncCommands<String, byte[]> commands,
            Consumer<Throwable> answered,
            CompletableFuture<Void> gate) {
        try {
            command.apply(commands)
                    .whenComplete(
                            (value, e) -> {
                                answered.accept(e);
                                if (e != null) {
                                    result.completeExceptionally(e);
                                } else if (gate == CONFIRMED) {
                                    result.complete(value);
                                } else {
                                    passed(gate, value);
                                }
                            });
        } catch (RuntimeException e) {
            result.completeExceptionally(e);
        }
    }

    private void passed(CompletableFuture<Void> gate, T value) {
        gate.whenComplete(
                (confirmed, e) -> {
                    if (e == null) {
                        result.complete(value);
                    } else {
                        result.completeExceptionally(e);
                    }
                });
    }

    void fail(Throwable e) {
        result.completeExceptionally(e);
    }
}
