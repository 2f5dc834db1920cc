package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.server.redis.RedisServer;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What someone with a command line could do to a primary.
 *
 * @param lasts how long until it is undone, or has passed by itself
 * @param command the command
 * @param undo the command that undoes it; empty when it passes by itself
 */
record RedisCommand(String kind, Span lasts, List<String> command, List<String> undo)
        implements Fault {

    static RedisCommand clientKill() {
        return new RedisCommand(
                "client-kill",
                new Span(1, 3),
                List.of("CLIENT", "KILL", "TYPE", "normal"),
                List.of());
    }

    /** Nobody gets an answer; Sentinels and the Cluster take a long one for dead. */
    static RedisCommand clientPause() {
        return new RedisCommand(
                "client-pause",
                new Span(2, 6),
                List.of("CLIENT", "PAUSE", "30000", "ALL"),
                List.of("CLIENT", "UNPAUSE"));
    }

    static RedisCommand scriptFlush() {
        return new RedisCommand(
                "script-flush", new Span(1, 3), List.of("SCRIPT", "FLUSH", "SYNC"), List.of());
    }

    /** The server does nothing at all, though its connections stay. */
    static RedisCommand debugSleep() {
        return new RedisCommand(
                "debug-sleep", new Span(5, 6), List.of("DEBUG", "SLEEP", "5"), List.of());
    }

    /** Every write is refused. */
    static RedisCommand lowMemory() {
        return new RedisCommand(
                "low-memory",
                new Span(3, 10),
                List.of("CONFIG", "SET", "maxmemory", "1mb"),
                List.of("CONFIG", "SET", "maxmemory", "1gb"));
    }

    @Override
    public Part part() {
        return Part.REDIS_COMMANDS;
    }

    @Override
    public Attack aim(Scene scene, RandomGenerator random) throws IOException {
        RedisServer primary = RedisTargets.PRIMARY.any(scene, random);
        return new Attack(
                primary.name(),
                // Whoever is silent for long is replaced.
                RedisTargets.PRIMARY.loses(scene.installation()),
                () -> begin(primary),
                () -> undo(scene, primary));
    }

    private void begin(RedisServer server) throws IOException {
        try {
            server.ask(command.toArray(String[]::new));
        } catch (SocketTimeoutException _) {
            // A sleeping server has no answer.
        } catch (EOFException _) {
            // It was heard, and another fault has killed the server since: as it slept, maybe.
        }
    }

    /**
     * Another fault may have stopped the server meanwhile, or killed it, and it comes back as it
     * was told last: it has to hear of this, and say so.
     */
    private void undo(Scene scene, RedisServer server) throws IOException, InterruptedException {
        if (!undo.isEmpty()) {
            String[] words = undo.toArray(String[]::new);
            try {
                server.ask(words);
            } catch (IOException _) {
                scene.installation().awaitWhole();
                server.ask(words);
            }
        }
        scene.installation().awaitWhole();
    }
}
