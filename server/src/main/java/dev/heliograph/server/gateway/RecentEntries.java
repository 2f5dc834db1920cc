package dev.heliograph.server.gateway;

import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.log.LogEntry;
import dev.heliograph.server.log.Page;
import dev.heliograph.server.log.Position;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The newest entries of the channels to which devices come back, so that many who resume need no
 * read of the log each. One per gateway; a channel without any costs nothing.
 *
 * <p>Each chain is dense and ends at an entry. It counts for as long as that is its hub's head:
 * whatever else has moved the head, the chain is not used any more. So whoever keeps entries here
 * need not say which ones it did not keep. The hub's lock is held by all callers that name its
 * channel.
 */
final class RecentEntries {

    /**
     * Most entries of a channel: two pages. A topic with ten a second is covered for 25 s, longer
     * than devices wait between two attempts to come back.
     */
    static final int MAX_ENTRIES = 256;

    /**
     * Most bytes of a channel: an outbox' soft limit, which is as much as a device takes at once.
     */
    static final long MAX_BYTES = 256 * 1024;

    /**
     * Most bytes of a gateway, the ones used longest ago go first: 64 full chains, and a thirtieth
     * of the smallest heap that is recommended.
     */
    static final long MAX_BYTES_IN_ALL = 16 * 1024 * 1024;

    /** What an entry takes besides its envelope: its objects and the texts of its position. */
    private static final int OVERHEAD = 256;

    private static final class Chain {
        private Position base;
        private final List<LogEntry> entries = new ArrayList<>();
        private long bytes;

        private Chain(Position base) {
            this.base = base;
        }

        Position end() {
            return entries.isEmpty() ? base : entries.getLast().position();
        }

        /** How many entries lie before the one after a place; negative if the place is not here. */
        int after(Position place) {
            long index = place.seq() - base.seq();
            if (index < 0 || index > entries.size()) {
                return -1;
            }
            Position here = index == 0 ? base : entries.get((int) index - 1).position();
            return here.equals(place) ? (int) index : -1;
        }

        void dropOldest() {
            LogEntry oldest = entries.removeFirst();
            base = oldest.position();
            bytes -= size(oldest);
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    /* Guarded by lock; in the order of their last use. */
    private final Map<Channel, Chain> chains = new LinkedHashMap<>(16, 0.75f, true);
    private long bytesInAll;

    /** Takes the entry that follows a hub's head. */
    void add(Position head, LogEntry entry) {
        lock.lock();
        try {
            Chain chain = chains.get(entry.channel());
            if (chain == null || !chain.end().equals(head)) {
                remove(entry.channel());
                chain = new Chain(head);
                chains.put(entry.channel(), chain);
            }
            chain.entries.add(entry);
            count(chain, size(entry));
            trim(chain);
        } finally {
            lock.unlock();
        }
    }

    /** Takes what a page of the log has in front of what is here, if it reaches up to that. */
    void addOlder(Position head, Page page, Channel channel) {
        if (page.outcome() != Page.Outcome.OK || page.entries().isEmpty()) {
            return;
        }
        lock.lock();
        try {
            Chain chain = chains.get(channel);
            if (chain == null || !chain.end().equals(head)) {
                remove(channel);
                chain = new Chain(head);
            }
            int last = Math.clamp(chain.base.seq() - page.base().seq(), 0, MAX_ENTRIES) - 1;
            if (last < 0
                    || last >= page.entries().size()
                    || !page.entries().get(last).position().equals(chain.base)) {
                return;
            }
            int first = last + 1;
            long room = MAX_BYTES - chain.bytes;
            while (first > 0
                    && chain.entries.size() + last + 1 - (first - 1) <= MAX_ENTRIES
                    && size(page.entries().get(first - 1)) <= room) {
                first--;
                room -= size(page.entries().get(first));
            }
            if (first > last) {
                return;
            }
            chain.entries.addAll(0, page.entries().subList(first, last + 1));
            chain.base = first == 0 ? page.base() : page.entries().get(first - 1).position();
            chains.put(channel, chain);
            count(chain, MAX_BYTES - chain.bytes - room);
            trim(chain);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Answers as the log would that has this head; empty if it takes more than what is here.
     *
     * @param keptSinceMs entries from before are not to be delivered
     */
    Optional<Page> page(Channel channel, Position head, From from, int limit, long keptSinceMs) {
        if (from instanceof From.Head || from.equals(new From.After(head))) {
            return Optional.of(new Page(Page.Outcome.OK, head, head, List.of()));
        }
        lock.lock();
        try {
            Chain chain = chains.get(channel);
            if (chain == null) {
                return Optional.empty();
            }
            if (!chain.end().equals(head)) {
                remove(channel);
                return Optional.empty();
            }
            int first =
                    switch (from) {
                        case From.After(Position place) -> chain.after(place);
                        case From.LastN(int count) -> chain.entries.size() - count;
                        case From.Earliest _, From.Head _ -> -1;
                    };
            if (first < 0 || chain.entries.get(first).position().id().ms() < keptSinceMs) {
                return Optional.empty();
            }
            Position base = first == 0 ? chain.base : chain.entries.get(first - 1).position();
            int end = Math.min(chain.entries.size(), first + limit);
            return Optional.of(
                    new Page(
                            Page.Outcome.OK,
                            base,
                            head,
                            List.copyOf(chain.entries.subList(first, end))));
        } finally {
            lock.unlock();
        }
    }

    /** The channel's hub has closed. */
    void forget(Channel channel) {
        lock.lock();
        try {
            remove(channel);
        } finally {
            lock.unlock();
        }
    }

    long bytes() {
        lock.lock();
        try {
            return bytesInAll;
        } finally {
            lock.unlock();
        }
    }

    private void trim(Chain chain) {
        long before = chain.bytes;
        while (chain.entries.size() > MAX_ENTRIES || chain.bytes > MAX_BYTES) {
            chain.dropOldest();
        }
        bytesInAll -= before - chain.bytes;
        while (bytesInAll > MAX_BYTES_IN_ALL) {
            remove(chains.keySet().iterator().next());
        }
    }

    private void remove(Channel channel) {
        Chain chain = chains.remove(channel);
        if (chain != null) {
            bytesInAll -= chain.bytes;
        }
    }

    private void count(Chain chain, long bytes) {
        chain.bytes += bytes;
        bytesInAll += bytes;
    }

    private static long size(LogEntry entry) {
        return (long) entry.envelope().length + OVERHEAD;
    }
}
