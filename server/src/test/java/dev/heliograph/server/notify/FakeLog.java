package dev.heliograph.server.notify;

import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.LogAppender;
import dev.heliograph.server.log.LogException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** A log in memory whose failures a test decides by channel path. */
public final class FakeLog implements LogAppender {

    /** How many gateways each channel has. */
    static final int GATEWAYS = 2;

    private final List<Append> appends = new CopyOnWriteArrayList<>();
    private final List<byte[]> sent = new CopyOnWriteArrayList<>();
    private final Map<String, Supplier<CompletableFuture<Appended>>> faults =
            new ConcurrentHashMap<>();
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final Map<Channel, AtomicLong> seqs = new ConcurrentHashMap<>();

    private record Known(String hash, Appended first) {}

    @Override
    public CompletableFuture<Appended> append(Append append) {
        Supplier<CompletableFuture<Appended>> fault = faults.get(append.channel().path());
        if (fault != null) {
            return fault.get();
        }
        long seq = seqs.computeIfAbsent(append.channel(), c -> new AtomicLong()).incrementAndGet();
        Appended appended = new Appended(append.notificationId(), seq, seq + "-0", false);
        if (append.idempotency().isPresent()) {
            Idempotency idempotency = append.idempotency().get();
            Known earlier =
                    known.putIfAbsent(
                            append.channel().path() + " " + idempotency.key(),
                            new Known(idempotency.requestHash(), appended));
            if (earlier != null) {
                return earlier.hash().equals(idempotency.requestHash())
                        ? CompletableFuture.completedFuture(
                                new Appended(
                                        earlier.first().notificationId(),
                                        earlier.first().seq(),
                                        earlier.first().entryId(),
                                        true))
                        : CompletableFuture.failedFuture(
                                new LogException.IdempotencyConflict("other request"));
            }
        }
        appends.add(append);
        return CompletableFuture.completedFuture(appended);
    }

    @Override
    public CompletableFuture<Integer> send(Channel channel, byte[] envelope) {
        Supplier<CompletableFuture<Appended>> fault = faults.get(channel.path());
        if (fault != null) {
            return fault.get().thenApply(appended -> 0);
        }
        sent.add(envelope);
        return CompletableFuture.completedFuture(GATEWAYS);
    }

    /** Envelopes that were handed on and not stored, in order. */
    public List<byte[]> sent() {
        return List.copyOf(sent);
    }

    /** What was stored, in order. */
    public List<Append> appends() {
        return List.copyOf(appends);
    }

    /** Appends to this channel fail so. */
    public void fail(String path, Throwable failure) {
        faults.put(path, () -> CompletableFuture.failedFuture(failure));
    }

    /** Appends to this channel never end. */
    public void hang(String path) {
        faults.put(path, CompletableFuture::new);
    }
}
