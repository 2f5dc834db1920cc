package dev.heliograph.server.gateway;

import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.ChannelLog;
import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.log.LogEntry;
import dev.heliograph.server.log.LogException;
import dev.heliograph.server.log.Page;
import dev.heliograph.server.log.Position;
import dev.heliograph.server.observe.GatewayMetrics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The reads of a gateway's devices that catch up. Those that want about the same part of a channel
 * share one: while it is under way the next ones gather for another. Nobody joins a read that has
 * been sent already, so each answer is as new as one of its own would be.
 */
final class ReplayReads {

    /**
     * Reads under way at a time; the others wait in their order, a device behind all others after
     * each page. Redis does one at a time and a page takes it some 200 µs, so this is a queue of 13
     * ms there, and 8 MB of pages here with entries of 1 KB.
     */
    static final int MAX_UNDER_WAY = 64;

    /**
     * Places in the same so many numbers share a read: half a page, so that each gets half a page
     * at least.
     */
    private static final int NEAR = 64;

    /** What is shared. {@code where} is a {@link From} or a {@link Part}. */
    private record Place(Channel channel, Object where, int limit) {}

    /** Some numbers of an epoch. */
    private record Part(String epoch, long number) {}

    /** What the log answered, and to what. */
    private record Answer(From asked, Page page) {}

    /** Whose answer is waited for by those who gathered. */
    private static final class Batch {
        private final CompletableFuture<Answer> answer = new CompletableFuture<>();
        private From from;

        private Batch(From from) {
            this.from = from;
        }

        /** The lowest place counts: a page from there holds the others. */
        void join(From other) {
            if (other instanceof From.After(Position theirs)
                    && from instanceof From.After(Position ours)
                    && theirs.seq() < ours.seq()) {
                from = other;
            }
        }
    }

    /** At most one batch under way and one that gathers; at least one of the two. */
    private static final class Line {
        private Batch underWay;
        private Batch gathering;
    }

    private final ChannelLog log;
    private final GatewayMetrics metrics;
    private final Semaphore permits = new Semaphore(MAX_UNDER_WAY, true);
    private final AtomicInteger waiting = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    /* Guarded by lock, as are the lines and who joins a batch. */
    private final Map<Place, Line> lines = new HashMap<>();

    ReplayReads(ChannelLog log, GatewayMetrics metrics) {
        this.log = log;
        this.metrics = metrics;
        metrics.watchReplayWaiting(waiting::get);
    }

    /**
     * Reads a page. Blocks.
     *
     * @param limit most entries, at least two times {@link #NEAR}; fewer may come, though not none
     *     while there are more
     * @throws LogException when the log cannot be read
     */
    Page read(Channel channel, From from, int limit) {
        if (from instanceof From.After(Position position)) {
            Part part = new Part(position.epoch(), position.seq() / NEAR);
            Answer answer = shared(new Place(channel, part, limit), from);
            Optional<Page> page =
                    answer.asked().equals(from)
                            ? Optional.of(answer.page())
                            : rest(answer.page(), position);
            if (page.isPresent()) {
                return page.get();
            }
            // One of the two does not lie in the log.
        }
        return shared(new Place(channel, from, limit), from).page();
    }

    /** How many devices wait for a page of the log. */
    int waiting() {
        return waiting.get();
    }

    /** What a page that begins before a position says of it; empty if it does not prove it. */
    private static Optional<Page> rest(Page page, Position position) {
        List<LogEntry> entries = page.entries();
        long count = position.seq() - page.base().seq();
        if (page.outcome() != Page.Outcome.OK
                || count < 1
                || count > entries.size()
                || !entries.get((int) count - 1).position().equals(position)
                || (count == entries.size() && page.more())) {
            return Optional.empty();
        }
        List<LogEntry> following = entries.subList((int) count, entries.size());
        return Optional.of(new Page(Page.Outcome.OK, position, page.head(), following));
    }

    private Answer shared(Place place, From from) {
        Batch joined;
        Batch own = new Batch(from);
        Optional<Batch> before;
        lock.lock();
        try {
            Line line = lines.computeIfAbsent(place, _ -> new Line());
            joined = line.gathering;
            before = Optional.ofNullable(line.underWay);
            if (joined == null) {
                line.gathering = own;
            } else {
                joined.join(from);
            }
            waiting.incrementAndGet();
        } finally {
            lock.unlock();
        }
        try {
            if (joined != null) {
                metrics.replayRead("shared");
                return HubRegistry.join(joined.answer);
            }
            before.ifPresent(batch -> batch.answer.exceptionally(_ -> null).join());
            return lead(place, own);
        } finally {
            waiting.decrementAndGet();
        }
    }

    /** Reads for all who gathered. */
    private Answer lead(Place place, Batch batch) {
        permits.acquireUninterruptibly();
        CompletableFuture<Answer> read = new CompletableFuture<>();
        try {
            From from = close(place, batch);
            metrics.replayRead("log");
            var page = log.read(place.channel(), Optional.empty(), from, place.limit());
            read.complete(new Answer(from, HubRegistry.join(page)));
        } catch (RuntimeException | Error e) {
            read.completeExceptionally(e);
        } finally {
            permits.release();
            leave(place, batch);
        }
        // Last: the next batch waits for it, and takes this one's place.
        if (read.isCompletedExceptionally()) {
            batch.answer.completeExceptionally(read.exceptionNow());
        } else {
            batch.answer.complete(read.join());
        }
        return HubRegistry.join(batch.answer);
    }

    /** Whoever comes from now on waits for another batch. */
    private From close(Place place, Batch batch) {
        lock.lock();
        try {
            Line line = lines.get(place);
            line.underWay = batch;
            line.gathering = null;
            return batch.from;
        } finally {
            lock.unlock();
        }
    }

    private void leave(Place place, Batch batch) {
        lock.lock();
        try {
            Line line = lines.get(place);
            line.underWay = null;
            if (line.gathering == null || line.gathering == batch) {
                lines.remove(place);
            }
        } finally {
            lock.unlock();
        }
    }
}
