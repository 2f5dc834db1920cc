package dev.heliograph.server.log;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * One Redis connection and the only thread that writes to it. Calls from any number of virtual
 * threads are queued and flushed together: one system call carries whatever came in during the one
 * before.
 */
final class RedisPipe implements AutoCloseable {

    /**
     * Calls waiting for the writer: at 100,000 scripts/s of one Redis this is a tenth of a second.
     */
    private static final int MAX_QUEUED = 10_000;

    /** Calls per flush: bounds how long the first one waits for the last. */
    private static final int MAX_BATCH = 256;

    private final StatefulRedisConnection<String, byte[]> connection;
    private final RedisAsyncCommands<String, byte[]> commands;
    private final BlockingQueue<Call<?>> queue = new ArrayBlockingQueue<>(MAX_QUEUED);
    private final Thread writer;

    /** How often the connection was made: another Redis may not have the scripts. */
    private volatile int connects;

    /* Owned by the writer: scripts loaded since the connection was made that often. */
    private final Set<String> loaded = new HashSet<>();
    private int loadedAtConnect;
    private volatile boolean closed;

    /** Takes over the connection. */
    RedisPipe(String name, StatefulRedisConnection<String, byte[]> connection) {
        this.connection = connection;
        this.commands = connection.async();
        connection.addListener(
                new RedisConnectionStateListener() {
                    @Override
                    public void onRedisConnected(
                            RedisChannelHandler<?, ?> handler, SocketAddress address) {
                        connects++;
                    }
                });
        connection.setAutoFlushCommands(false);
        this.writer = Thread.ofPlatform().name("redis-" + name).daemon().start(this::write);
    }

    /** Runs a script; the reply's shape is the script's. Fails with a {@link LogException}. */
    CompletableFuture<List<Object>> run(Script script, List<String> keys, byte[]... args) {
        String[] keyArray = keys.toArray(String[]::new);
        return this.<List<Object>>send(
                        c -> {
                            // Ahead of its first use, so that the calls of a burst keep their
                            // order.
                            if (loadedAtConnect != connects) {
                                loadedAtConnect = connects;
                                loaded.clear();
                            }
                            if (loaded.add(script.sha())) {
                                var _ = c.scriptLoad(script.text());
                            }
                            return c.evalsha(script.sha(), ScriptOutputType.MULTI, keyArray, args);
                        })
                .exceptionallyCompose(
                        e ->
                                e instanceof RedisNoScriptException
                                        ? send(
                                                c ->
                                                        c.eval(
                                                                script.text(),
                                                                ScriptOutputType.MULTI,
                                                                keyArray,
                                                                args))
                                        : CompletableFuture.failedFuture(e))
                .exceptionallyCompose(e -> CompletableFuture.failedFuture(translate(e)));
    }

    /** Runs one command. Fails with a {@link LogException}. */
    <T> CompletableFuture<T> call(
            Function<RedisAsyncCommands<String, byte[]>, CompletionStage<T>> command) {
        return send(command)
                .exceptionallyCompose(e -> CompletableFuture.failedFuture(translate(e)));
    }

    private <T> CompletableFuture<T> send(
            Function<RedisAsyncCommands<String, byte[]>, CompletionStage<T>> command) {
        Call<T> call = new Call<>(command, new CompletableFuture<>());
        if (closed || !queue.offer(call)) {
            call.result.completeExceptionally(
                    new LogException.Unavailable(
                            closed
                                    ? "The log is closed"
                                    : MAX_QUEUED + " calls wait for Redis already",
                            null));
        }
        return call.result;
    }

    private void write() {
        List<Call<?>> batch = new ArrayList<>(MAX_BATCH);
        try {
            while (!closed) {
                batch.add(queue.take());
                queue.drainTo(batch, MAX_BATCH - 1);
                batch.forEach(call -> call.dispatch(commands));
                connection.flushCommands();
                batch.clear();
            }
        } catch (InterruptedException e) {
            // Only close() interrupts.
        } finally {
            queue.drainTo(batch);
            batch.forEach(
                    call -> call.fail(new LogException.Unavailable("The log is closed", null)));
        }
    }

    /** Stages wrap what went wrong before them. */
    private static Throwable cause(Throwable e) {
        return e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
    }

    private static LogException translate(Throwable wrapped) {
        Throwable e = cause(wrapped);
        if (e instanceof LogException known) {
            return known;
        }
        if (e instanceof RedisCommandExecutionException refused
                && refused.getMessage() != null
                && refused.getMessage().contains("OOM ")) {
            return new LogException.Full("Redis has no memory left");
        }
        return new LogException.Unavailable("Redis: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        closed = true;
        writer.interrupt();
        connection.close();
    }

    private record Call<T>(
            Function<RedisAsyncCommands<String, byte[]>, CompletionStage<T>> command,
            CompletableFuture<T> result) {

        void dispatch(RedisAsyncCommands<String, byte[]> commands) {
            try {
                command.apply(commands)
                        .whenComplete(
                                (value, e) -> {
                                    if (e == null) {
                                        result.complete(value);
                                    } else {
                                        result.completeExceptionally(e);
                                    }
                                });
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        }

        void fail(Throwable e) {
            result.completeExceptionally(e);
        }
    }
}
