package dev.heliograph.loadtest.peer.launch;

import dev.heliograph.loadtest.peer.Publisher;
import io.lettuce.core.RedisClient;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A backend that appends to one Redis stream, over one connection. Such an entry is for one
 * recipient, so that a call for several is several commands, which go out without waiting for each
 * other.
 */
public abstract class StreamPublisher implements Publisher {

    private final String stream;
    private final XAddArgs limit;
    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;

    /**
     * Connects.
     *
     * @param entries that the stream keeps, roughly
     */
    protected StreamPublisher(URI redis, String stream, long entries) {
        this.stream = stream;
        this.limit = new XAddArgs().maxlen(entries).approximateTrimming();
        this.client = RedisClient.create(redis.toString());
        this.connection = client.connect();
    }

    /** Names and values of an entry's fields, for a user. */
    protected abstract Object[] forUser(String user, byte[] payload);

    /** Names and values of an entry's fields, for a topic. */
    protected abstract Object[] forTopic(String topic, byte[] payload);

    @Override
    public final CompletableFuture<Void> toUser(String user, byte[] payload) {
        return append(forUser(user, payload));
    }

    @Override
    public final CompletableFuture<Void> toTopic(String topic, byte[] payload) {
        return append(forTopic(topic, payload));
    }

    @Override
    public final CompletableFuture<Void> toUsers(List<String> users, List<byte[]> payloads) {
        List<CompletableFuture<Void>> calls = new ArrayList<>(users.size());
        for (int i = 0; i < users.size(); i++) {
            calls.add(toUser(users.get(i), payloads.get(i)));
        }
        return CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> append(Object[] fields) {
        return connection
                .async()
                .xadd(stream, limit, fields)
                .<Void>thenApply(id -> null)
                .toCompletableFuture();
    }

    @Override
    public final void close() {
        client.shutdown();
    }
}
