package dev.heliograph.server.log;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The primary that most Sentinels name. All of them are asked each second: one that was cut off
 * would go on naming a primary that was replaced, which would go on taking writes that are lost.
 */
final class SentinelTopology extends WatchedTopology {

    private static final Duration EVERY = Duration.ofSeconds(1);

    /** For all of them together. A Sentinel answers in a millisecond, or is stuck. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final RedisClient client;
    private final String masterId;
    private final List<RedisURI> sentinels;

    /* Owned by whoever looks: the constructor, then the watcher. */
    private final Map<RedisURI, StatefulRedisSentinelConnection<String, String>> connections =
            new HashMap<>();
    private volatile Endpoint primary;

    /**
     * Asks for the first time.
     *
     * @param client makes the connections; the caller's to shut down, afterwards
     * @param uri with Sentinels and the name of what they watch
     * @throws LogException.Unavailable when no Sentinel answers, or none knows the name
     */
    SentinelTopology(RedisClient client, RedisURI uri) {
        this.client = client;
        this.masterId = uri.getSentinelMasterId();
        this.sentinels = List.copyOf(uri.getSentinels());
        try {
            look();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        watch(EVERY);
    }

    @Override
    public MailboxGroups mailboxGroups() {
        return MailboxGroups.OF_ONE_SERVER;
    }

    @Override
    public Endpoint endpoint(String key) {
        return primary;
    }

    @Override
    public Set<Endpoint> endpoints() {
        Endpoint known = primary;
        return known == null ? Set.of() : Set.of(known);
    }

    @Override
    boolean look() {
        Map<RedisURI, Future<SocketAddress>> questions = new HashMap<>();
        String failure = "none was asked";
        for (RedisURI sentinel : sentinels) {
            try {
                questions.put(sentinel, connection(sentinel).async().getMasterAddrByName(masterId));
            } catch (RedisException e) {
                failure = reason(e);
            }
        }
        Map<Endpoint, Integer> votes = new HashMap<>();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (Map.Entry<RedisURI, Future<SocketAddress>> question : questions.entrySet()) {
            try {
                long left = Math.max(0, deadline - System.nanoTime());
                SocketAddress named = question.getValue().get(left, TimeUnit.NANOSECONDS);
                if (named instanceof InetSocketAddress address) {
                    votes.merge(
                            new Endpoint(address.getHostString(), address.getPort()),
                            1,
                            Integer::sum);
                } else {
                    failure = "'" + masterId + "' is not known to " + question.getKey();
                }
            } catch (ExecutionException | TimeoutException e) {
                failure = reason(e);
                forget(question.getKey());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LogException.Unavailable("Interrupted", e);
            }
        }
        Endpoint elected = elected(votes, failure);
        boolean changed = !elected.equals(primary);
        primary = elected;
        return changed;
    }

    /** Of equally many votes those for the primary that is known count. */
    private Endpoint elected(Map<Endpoint, Integer> votes, String failure) {
        Optional<Map.Entry<Endpoint, Integer>> most =
                votes.entrySet().stream().max(Map.Entry.comparingByValue());
        if (most.isEmpty()) {
            throw new LogException.Unavailable(
                    "No Sentinel of " + sentinels + " names a primary: " + failure, null);
        }
        Integer known = primary == null ? null : votes.get(primary);
        return most.get().getValue().equals(known) ? primary : most.get().getKey();
    }

    private StatefulRedisSentinelConnection<String, String> connection(RedisURI sentinel) {
        StatefulRedisSentinelConnection<String, String> open = connections.get(sentinel);
        if (open != null && open.isOpen()) {
            return open;
        }
        forget(sentinel);
        RedisURI uri = RedisURI.builder(sentinel).withTimeout(PATIENCE).build();
        StatefulRedisSentinelConnection<String, String> fresh =
                client.connectSentinel(StringCodec.UTF8, uri);
        connections.put(sentinel, fresh);
        return fresh;
    }

    private void forget(RedisURI sentinel) {
        StatefulRedisSentinelConnection<String, String> old = connections.remove(sentinel);
        if (old != null) {
            old.closeAsync();
        }
    }

    private static String reason(Exception e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    @Override
    public void close() {
        super.close();
        sentinels.forEach(this::forget);
    }
}
