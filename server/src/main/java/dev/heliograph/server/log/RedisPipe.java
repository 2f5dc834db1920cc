package dev.heliograph.server.log;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * One connection to one Redis server and the only thread that writes to it. Calls from any number
 * of virtual threads are queued and flushed together: one system call carries whatever came in
 * during the one before.
 *
 * <p>It is also a circuit breaker. While the connection is lost, or its server answers nothing, or
 * says that it is not the one to ask, calls fail at once; the pipe connects again with full jitter
 * and takes calls as soon as a server answers that takes writes.
 */
final class RedisPipe implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(RedisPipe.class.getName());

    /**
     * Calls waiting for the writer: at 100,000 scripts/s of one Redis this is a tenth of a second.
     */
    private static final int MAX_QUEUED = 10_000;

    /** Calls per flush: bounds how long the first one waits for the last. */
    private static final int MAX_BATCH = 256;

    /** Calls in a row without an answer in time, after which the server counts as gone. */
    private static final int MAX_SILENT = 3;

    /** A server that comes back is not met by all nodes at once, and is found within this time. */
    private static final long MAX_RETRY_DELAY_MS = 2_000;

    /** Closing a connection takes milliseconds; one that hangs must not hold up the end. */
    private static final Duration END_TIMEOUT = Duration.ofSeconds(2);

    private final RedisClients clients;
    private final Endpoint endpoint;
    private final Optional<Confirmation> confirmation;
    private final Runnable onConnect;
    private final BlockingQueue<PipeCall<?>> queue = new ArrayBlockingQueue<>(MAX_QUEUED);
    private final CompletableFuture<Void> connected = new CompletableFuture<>();
    private final AtomicInteger silent = new AtomicInteger();
    private final Thread writer;

    /* Why calls fail at once; null while they are taken. Before the first connection they wait for it. */
    private volatile LogException broken;
    private volatile boolean unfit;
    private volatile boolean closed;

    /* Owned by the writer: scripts that the server has, since this connection was made. */
    private final Set<String> loaded = new HashSet<>();

    /**
     * A pipe that begins to connect.
     *
     * @param confirmation what a batch waits for before the next one is sent; empty: nothing
     * @param onConnect runs with each connection, before anything is sent through it
     */
    RedisPipe(
            String name,
            RedisClients clients,
            Endpoint endpoint,
            Optional<Confirmation> confirmation,
            Runnable onConnect) {
        this.clients = clients;
        this.endpoint = endpoint;
        this.confirmation = confirmation;
        this.onConnect = onConnect;
        this.writer = Thread.ofPlatform().name("redis-" + name).daemon().start(this::run);
    }

    /**
     * Completes with the first connection, or with the {@link LogException} of the first attempt.
     */
    CompletableFuture<Void> connected() {
        return connected;
    }

    /** Whether calls fail at once. */
    boolean isBroken() {
        return broken != null;
    }

    /** Drops the connection and makes another. */
    void reconnect() {
        unfit = true;
        var _ = queue.offer(PipeCall.NOTHING);
    }

    /** Runs a script; the reply's shape is the script's. Fails with what Redis said. */
    CompletableFuture<List<Object>> run(Script script, String[] keys, byte[][] args) {
        return this.<List<Object>>send(
                        c -> {
                            // Ahead of its first use, so that the calls of a burst keep their
                            // order.
                            if (loaded.add(script.sha())) {
                                var _ = c.scriptLoad(script.text());
                            }
                            return c.evalsha(script.sha(), ScriptOutputType.MULTI, keys, args);
                        })
                .exceptionallyCompose(
                        e ->
                                Refusal.cause(e) instanceof RedisNoScriptException
                                        ? send(
                                                c -> {
                                                    loaded.remove(script.sha());
                                                    return eval(c, script, keys, args);
                                                })
                                        : CompletableFuture.failedFuture(e));
    }

    /** Runs a script on a server to which its keys are being moved. */
    CompletableFuture<List<Object>> runAsking(Script script, String[] keys, byte[][] args) {
        return send(
                c -> {
                    var _ = c.asking();
                    return eval(c, script, keys, args);
                });
    }

    private static CompletionStage<List<Object>> eval(
            RedisAsyncCommands<String, byte[]> commands,
            Script script,
            String[] keys,
            byte[][] args) {
        return commands.eval(script.text(), ScriptOutputType.MULTI, keys, args);
    }

    /** Runs one command. Fails with what Redis said. */
    <T> CompletableFuture<T> send(
            Function<RedisAsyncCommands<String, byte[]>, CompletionStage<T>> command) {
        PipeCall<T> call = new PipeCall<>(command, new CompletableFuture<>());
        LogException now = broken;
        if (now != null) {
            call.fail(now);
        } else if (!queue.offer(call)) {
            call.fail(
                    new LogException.Unavailable(
                            MAX_QUEUED + " calls wait for Redis already", null));
        } else if (broken != null) {
            // It broke meanwhile, and the writer may not look into the queue any more.
            failQueued(broken);
        }
        return call.result();
    }

    private void run() {
        int failures = 0;
        while (!closed) {
            try (StatefulRedisConnection<String, byte[]> connection = clients.connect(endpoint)) {
                failures = 0;
                serve(connection);
                breakUp(new LogException.Unavailable("Redis at " + endpoint + " is gone", null));
            } catch (LogException | RedisException e) {
                breakUp(
                        e instanceof LogException known
                                ? known
                                : new LogException.Unavailable(e.getMessage(), e));
            } catch (InterruptedException e) {
                // Only close() interrupts.
                break;
            } catch (RuntimeException e) {
                // Without this thread nothing would be written, and nobody told.
                LOGGER.log(System.Logger.Level.ERROR, "A pipe to Redis failed", e);
                breakUp(new LogException.Unavailable("The pipe to Redis failed", e));
            }
            var _ = clients.topology().refresh();
            if (!pause(failures++)) {
                break;
            }
        }
        breakUp(new LogException.Unavailable("The log is closed", null));
    }

    private void serve(StatefulRedisConnection<String, byte[]> connection)
            throws InterruptedException {
        connection.setAutoFlushCommands(false);
        connection.addListener(
                new RedisConnectionStateListener() {
                    @Override
                    public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
                        var _ = queue.offer(PipeCall.NOTHING);
                    }
                });
        loaded.clear();
        silent.set(0);
        unfit = false;
        onConnect.run();
        broken = null;
        connected.complete(null);
        RedisAsyncCommands<String, byte[]> commands = connection.async();
        List<PipeCall<?>> batch = new ArrayList<>(MAX_BATCH);
        while (!closed && !unfit && connection.isOpen()) {
            batch.add(queue.take());
            queue.drainTo(batch, MAX_BATCH - 1);
            if (confirmation.isPresent()) {
                sendConfirmed(batch, connection, commands, confirmation.get());
            } else {
                batch.forEach(call -> call.dispatch(commands, this::answered, PipeCall.CONFIRMED));
                connection.flushCommands();
            }
            batch.clear();
        }
    }

    /** The answers of a batch count once it is confirmed; until then the next batch waits. */
    private void sendConfirmed(
            List<PipeCall<?>> batch,
            StatefulRedisConnection<String, byte[]> connection,
            RedisAsyncCommands<String, byte[]> commands,
            Confirmation required)
            throws InterruptedException {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        try {
            CompletionStage<?> possible = required.possible(commands);
            connection.flushCommands();
            Optional<Throwable> obstacle = failure(possible);
            if (obstacle.isPresent()) {
                batch.forEach(call -> call.fail(obstacle.get()));
                return;
            }
            batch.forEach(call -> call.dispatch(commands, this::answered, gate));
            CompletionStage<?> confirmed = required.confirm(commands);
            connection.flushCommands();
            failure(confirmed)
                    .ifPresentOrElse(gate::completeExceptionally, () -> gate.complete(null));
        } catch (InterruptedException e) {
            // The pipe is closed. Who is not answered yet hears of it.
            LogException closing = new LogException.Unavailable("The log is closed", e);
            gate.completeExceptionally(closing);
            batch.forEach(call -> call.fail(closing));
            throw e;
        }
    }

    private Optional<Throwable> failure(CompletionStage<?> stage) throws InterruptedException {
        CompletableFuture<Optional<Throwable>> outcome =
                stage.handle((value, e) -> Optional.ofNullable(e).map(Refusal::cause))
                        .toCompletableFuture();
        try {
            return outcome.get();
        } catch (ExecutionException e) {
            return Optional.of(e.getCause());
        }
    }

    /** Learns from each answer whether the server is the one to ask. */
    private void answered(Throwable failure) {
        if (failure == null) {
            if (silent.get() != 0) {
                silent.set(0);
            }
            return;
        }
        switch (Refusal.of(failure)) {
            case SILENT -> {
                if (silent.incrementAndGet() >= MAX_SILENT) {
                    reconnect();
                }
            }
            case UNFIT -> reconnect();
            default -> silent.set(0);
        }
    }

    private void breakUp(LogException why) {
        if (broken == null && !closed) {
            LOGGER.log(System.Logger.Level.WARNING, "{0}: calls fail at once", why.getMessage());
        }
        broken = why;
        connected.completeExceptionally(why);
        failQueued(why);
    }

    private void failQueued(LogException why) {
        List<PipeCall<?>> waiting = new ArrayList<>();
        queue.drainTo(waiting);
        waiting.forEach(call -> call.fail(why));
    }

    /** Full jitter; false when the pipe is closed. */
    private static boolean pause(int failures) {
        long cap = Math.min(MAX_RETRY_DELAY_MS, 100L << Math.min(failures, 10));
        try {
            TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(cap) + 1);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    @Override
    public void close() {
        closed = true;
        writer.interrupt();
    }

    /** After {@link #close}, waits a moment for its connection's end. */
    void awaitEnd() {
        try {
            var _ = writer.join(END_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
