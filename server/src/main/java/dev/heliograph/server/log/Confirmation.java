package dev.heliograph.server.log;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.output.IntegerListOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What has to be true of a batch of writes, beyond their answers, before they count as done. */
interface Confirmation {

    /**
     * Asks whether the server could confirm. Fails with {@link LogException.Unsupported}.
     *
     * @param commands of the connection that will write
     */
    CompletionStage<?> possible(RedisAsyncCommands<String, byte[]> commands);

    /**
     * Waits for it, on the connection that wrote. Fails with {@link LogException.Unconfirmed}.
     *
     * @param commands of the connection that wrote
     */
    CompletionStage<?> confirm(RedisAsyncCommands<String, byte[]> commands);

    /** So many replicas have received the writes. */
    static Confirmation replicated(int replicas, Duration limit) {
        return new Confirmation() {
            @Override
            public CompletionStage<?> possible(RedisAsyncCommands<String, byte[]> commands) {
                return replicas > 0
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(
                                new LogException.Unsupported(
                                        "There are no replicas: heliograph.redis.replicas is 0"));
            }

            @Override
            public CompletionStage<?> confirm(RedisAsyncCommands<String, byte[]> commands) {
                return commands.waitForReplication(replicas, limit.toMillis())
                        .thenAccept(
                                count -> {
                                    if (count < replicas) {
                                        throw new LogException.Unconfirmed(
                                                "%d of %d replicas have it"
                                                        .formatted(count, replicas));
                                    }
                                });
            }
        };
    }

    /** The server and so many replicas have the writes on disk. */
    static Confirmation synced(int replicas, Duration limit) {
        return new Confirmation() {
            @Override
            public CompletionStage<?> possible(RedisAsyncCommands<String, byte[]> commands) {
                // It tells a server that has no such command, or no append-only file.
                return waitAof(commands, 0, Duration.ofMillis(1))
                        .handle(
                                (counts, e) -> {
                                    if (Refusal.cause(e)
                                            instanceof RedisCommandExecutionException refused) {
                                        throw new LogException.Unsupported(
                                                "Redis cannot tell what is on disk, which takes"
                                                        + " Redis 7.2 or Valkey with appendonly yes: "
                                                        + refused.getMessage());
                                    }
                                    return counts;
                                });
            }

            @Override
            public CompletionStage<?> confirm(RedisAsyncCommands<String, byte[]> commands) {
                return waitAof(commands, replicas, limit)
                        .thenAccept(
                                counts -> {
                                    if (counts.get(0) < 1 || counts.get(1) < replicas) {
                                        throw new LogException.Unconfirmed(
                                                "%d of 1 primary and %d of %d replicas have it on disk"
                                                        .formatted(
                                                                counts.get(0),
                                                                counts.get(1),
                                                                replicas));
                                    }
                                });
            }
        };
    }

    private static CompletionStage<List<Long>> waitAof(
            RedisAsyncCommands<String, byte[]> commands, int replicas, Duration limit) {
        return commands.dispatch(
                WaitAof.INSTANCE,
                new IntegerListOutput<>(RedisClients.CODEC),
                new CommandArgs<>(RedisClients.CODEC).add(1).add(replicas).add(limit.toMillis()));
    }

    /** Redis 7.2's command, which Lettuce does not have. */
    enum WaitAof implements ProtocolKeyword {
        INSTANCE;

        @Override
        public byte[] getBytes() {
            return toString().getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public String toString() {
            return "WAITAOF";
        }
    }
}
