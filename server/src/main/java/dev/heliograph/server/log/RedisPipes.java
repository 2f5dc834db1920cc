package dev.heliograph.server.log;

import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The pipes for one kind of calls, one to each server of the log. Finds the server that has a key,
 * and follows when it says that another one has it now.
 */
final class RedisPipes implements AutoCloseable {

    /** A key is on one server, or on its way to one other: more is a topology in a knot. */
    private static final int MAX_REDIRECTS = 4;

    /** While the keys of a slot are on two servers; moving one takes milliseconds. */
    private static final Executor IN_A_MOMENT =
            CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS);

    /** For two seconds. */
    private static final int MAX_MOMENTS = 40;

    private final String name;
    private final RedisClients clients;
    private final Topology topology;
    private final Optional<Confirmation> confirmation;
    private final ConcurrentHashMap<Endpoint, RedisPipe> pipes = new ConcurrentHashMap<>();
    private volatile Runnable onConnect = () -> {};
    private volatile boolean closed;

    RedisPipes(String name, RedisClients clients, Optional<Confirmation> confirmation) {
        this.name = name;
        this.clients = clients;
        this.topology = clients.topology();
        this.confirmation = confirmation;
        topology.onChange(this::dropOld);
    }

    /**
     * Connects to every server.
     *
     * @throws LogException.Unavailable when one cannot be reached
     */
    void connect() {
        for (Endpoint endpoint : topology.endpoints()) {
            try {
                pipe(endpoint).connected().join();
            } catch (RuntimeException e) {
                throw Refusal.cause(e) instanceof LogException known
                        ? known
                        : new LogException.Unavailable(e.getMessage(), e);
            }
        }
    }

    /**
     * Runs this with each new connection, before anything is sent through it. It must not block.
     */
    void onConnect(Runnable listener) {
        onConnect = listener;
    }

    /** Drops the connection to the server that has the key and makes another. */
    void reconnect(String key) {
        pipe(topology.endpoint(key)).reconnect();
    }

    /** Whether calls to the server that has the key fail at once. */
    boolean isBroken(String key) {
        return pipe(topology.endpoint(key)).isBroken();
    }

    /** Runs a script; the reply's shape is the script's. Fails with a {@link LogException}. */
    CompletableFuture<List<Object>> run(Script script, List<String> keys, byte[]... args) {
        String[] keyArray = keys.toArray(String[]::new);
        return attempt(
                keyArray[0],
                new Tries(0, 0),
                Optional.empty(),
                (pipe, asking) ->
                        asking
                                ? pipe.runAsking(script, keyArray, args)
                                : pipe.run(script, keyArray, args));
    }

    /** Runs one command on the server that has the key. Fails with a {@link LogException}. */
    <T> CompletableFuture<T> call(
            String key, Function<RedisAsyncCommands<String, byte[]>, CompletionStage<T>> command) {
        return attempt(
                key,
                new Tries(0, 0),
                Optional.empty(),
                (pipe, asking) ->
                        pipe.send(
                                commands -> {
                                    if (asking) {
                                        var _ = commands.asking();
                                    }
                                    return command.apply(commands);
                                }));
    }

    /** Runs one command on a server, whatever keys it has. Fails with what Redis said. */
    <T> CompletableFuture<T> on(
            Endpoint endpoint,
            Function<RedisAsyncCommands<String, byte[]>, CompletionStage<T>> command) {
        return pipe(endpoint).send(command);
    }

    private <T> CompletableFuture<T> attempt(
            String key, Tries tries, Optional<Endpoint> asked, Operation<T> operation) {
        Endpoint endpoint = asked.orElseGet(() -> topology.endpoint(key));
        return operation
                .on(pipe(endpoint), asked.isPresent())
                .exceptionallyCompose(
                        wrapped -> {
                            Throwable e = Refusal.cause(wrapped);
                            Refusal refusal = Refusal.of(e);
                            if (refusal == Refusal.MOVED && tries.redirects < MAX_REDIRECTS) {
                                return topology.refresh()
                                        .thenCompose(
                                                looked ->
                                                        attempt(
                                                                key,
                                                                tries.redirected(),
                                                                Optional.empty(),
                                                                operation));
                            }
                            if (refusal == Refusal.ASK && tries.redirects < MAX_REDIRECTS) {
                                return attempt(
                                        key,
                                        tries.redirected(),
                                        Optional.of(Refusal.target(e)),
                                        operation);
                            }
                            if (refusal == Refusal.TRY_AGAIN && tries.moments < MAX_MOMENTS) {
                                return CompletableFuture.supplyAsync(() -> key, IN_A_MOMENT)
                                        .thenCompose(
                                                same ->
                                                        attempt(
                                                                same,
                                                                tries.waited(),
                                                                Optional.empty(),
                                                                operation));
                            }
                            return CompletableFuture.failedFuture(translate(e, refusal));
                        });
    }

    private static LogException translate(Throwable e, Refusal refusal) {
        if (e instanceof LogException known) {
            return known;
        }
        return refusal == Refusal.FULL
                ? new LogException.Full("Redis has no memory left")
                : new LogException.Unavailable("Redis: " + e.getMessage(), e);
    }

    private RedisPipe pipe(Endpoint endpoint) {
        RedisPipe pipe =
                pipes.computeIfAbsent(
                        endpoint,
                        there ->
                                new RedisPipe(
                                        name, clients, there, confirmation, () -> onConnect.run()));
        if (closed) {
            pipe.close();
        }
        return pipe;
    }

    /** Ends the pipes to servers that have no keys any more. */
    private void dropOld() {
        Set<Endpoint> current = topology.endpoints();
        pipes.forEach(
                (endpoint, pipe) -> {
                    if (!current.contains(endpoint) && pipes.remove(endpoint, pipe)) {
                        pipe.close();
                    }
                });
    }

    @Override
    public void close() {
        closed = true;
        pipes.values().forEach(RedisPipe::close);
        // Else the client, which is shut down next, closes what they are closing.
        pipes.values().forEach(RedisPipe::awaitEnd);
    }

    /** Something that a pipe can do, on a server that has the keys or to which they are moved. */
    private interface Operation<T> {
        CompletableFuture<T> on(RedisPipe pipe, boolean asking);
    }

    private record Tries(int redirects, int moments) {
        Tries redirected() {
            return new Tries(redirects + 1, moments);
        }

        Tries waited() {
            return new Tries(redirects, moments + 1);
        }
    }
}
