package dev.heliograph.server.gateway;

import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.log.LogEntry;
import dev.heliograph.server.log.LogException;
import dev.heliograph.server.log.Page;
import dev.heliograph.server.log.Position;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Moves a hub's chain on, entry by entry or by reading the log from the head of before to that of
 * now, which registers the hub's interest in the same step. Belongs to a {@link ChannelHub}. What
 * blocks is called without the hub's lock and takes it for what it changes, the rest is called with
 * it.
 */
final class ChainSync {

    private static final System.Logger LOGGER = System.getLogger(ChainSync.class.getName());

    /** Entries per read while repairing. */
    private static final int PAGE = 256;

    private final ChannelHub hub;
    private final HubRegistry registry;
    private final ReentrantLock lock;

    /* Guarded by lock. */
    private final ChainState chain;
    private final FanOut fanOut;

    /**
     * The sync of a hub.
     *
     * @param lock the hub's
     */
    ChainSync(
            ChannelHub hub,
            HubRegistry registry,
            ReentrantLock lock,
            ChainState chain,
            FanOut fanOut) {
        this.hub = hub;
        this.registry = registry;
        this.lock = lock;
        this.chain = chain;
        this.fanOut = fanOut;
    }

    private Channel channel() {
        return hub.channel();
    }

    /** Delivers the entry that follows the head. With the lock. */
    void deliver(LogEntry entry, long now) {
        if (isShared()) {
            registry.recent().add(chain.head(), entry);
        }
        head(entry.position());
        fanOut.deliver(entry, now);
    }

    /**
     * Reads from the head on, once for all that comes meanwhile; of a SYNCED hub. With the lock.
     */
    void readOn() {
        chain.claim();
        registry.run(this::syncClaimed);
    }

    /**
     * Reads a page for a subscription. The first read of a hub registers its interest in the same
     * step. Blocks.
     *
     * @throws LogException when the log cannot be read
     */
    Page read(From from, int limit) {
        String mailbox;
        Optional<Witness.Had> before;
        lock.lock();
        try {
            before = chain.had();
            // With live subscriptions the rest is theirs: only sync() delivers what they lack.
            if (chain.isAdrift() && !fanOut.hasLive()) {
                chain.claim();
                mailbox = registry.mailbox(channel());
            } else {
                mailbox = null;
            }
        } finally {
            lock.unlock();
        }
        if (mailbox != null) {
            return readFirst(from, limit, mailbox, before);
        }
        Page page = registry.reads().read(channel(), from, limit);
        keep(page);
        return page;
    }

    private Page readFirst(From from, int limit, String mailbox, Optional<Witness.Had> before) {
        Page page;
        try {
            if (before.isPresent()) {
                registry.witness().ask(channel(), before.get());
            }
            page = readRegistering(mailbox, from, limit);
        } catch (RuntimeException e) {
            // Whoever came meanwhile is parked, whether or not the reader is still a member.
            giveUp();
            throw e;
        }
        lock.lock();
        try {
            if (before.isPresent()) {
                // Nobody has proven that the log is still that of before.
                reset();
            }
            head(page.head());
            if (!finish(mailbox)) {
                registry.run(this::syncClaimed);
            }
        } finally {
            lock.unlock();
        }
        return page;
    }

    /** Reads up to the head of now if the hub is ADRIFT and has subscriptions. Blocks. */
    void sync() {
        lock.lock();
        try {
            if (!chain.isAdrift() || fanOut.isEmpty()) {
                return;
            }
            chain.claim();
        } finally {
            lock.unlock();
        }
        syncClaimed();
    }

    /** The same for a hub that is SYNCING; by the task for which that was claimed. Blocks. */
    private void syncClaimed() {
        lock.lock();
        try {
            chain.reading();
        } finally {
            lock.unlock();
        }
        while (true) {
            String mailbox = registry.mailbox(channel());
            Page page;
            try {
                From from = chain.head() == null ? new From.Head() : new From.After(chain.head());
                page = readRegistering(mailbox, from, PAGE);
                Optional<Witness.Had> had = chain.had();
                if (had.isPresent() && registry.witness().tell(channel(), had.get(), page)) {
                    continue;
                }
            } catch (RuntimeException e) {
                LOGGER.log(
                        System.Logger.Level.DEBUG,
                        "A channel cannot be synced, trying again: {0}",
                        e.getMessage());
                giveUp();
                return;
            }
            lock.lock();
            try {
                if (take(page) && finish(mailbox)) {
                    return;
                }
            } catch (RuntimeException e) {
                LOGGER.log(System.Logger.Level.ERROR, "What follows the head cannot be sent", e);
                // Up to it somebody may lack something: who stood there reads it.
                fanOut.leaveHead();
                giveUp();
                return;
            } finally {
                lock.unlock();
            }
        }
    }

    private Page readRegistering(String mailbox, From from, int limit) {
        return HubRegistry.join(registry.log().read(channel(), Optional.of(mailbox), from, limit));
    }

    /** Moves on by what follows the head; false when there is more of it in the log. */
    private boolean take(Page page) {
        if (page.outcome() != Page.Outcome.OK) {
            // Each subscription finds out from its own position what the reset means for it.
            head(page.head());
            reset();
            fanOut.leaveHead();
            return true;
        }
        long now = System.currentTimeMillis();
        page.entries().forEach(entry -> deliver(entry, now));
        if (page.entries().isEmpty()) {
            head(page.head());
        }
        return !page.more();
    }

    private void head(Position known) {
        chain.head(known, registry.witness().now());
    }

    /** The log may be another: what was held back of that before must not go on in it. */
    private void reset() {
        chain.reset();
        fanOut.dropHeld();
    }

    /** Ends SYNCING; false when another round is needed. */
    private boolean finish(String mailbox) {
        if (!chain.finish(mailbox.equals(registry.mailbox(channel())))) {
            return false;
        }
        fanOut.wake(chain.head());
        return true;
    }

    private void giveUp() {
        lock.lock();
        try {
            chain.failed();
            registry.resyncLater(hub);
        } finally {
            lock.unlock();
        }
    }

    /** One subscriber alone pays for keeping nothing: it has got what comes. */
    private boolean isShared() {
        return fanOut.size() != 1;
    }

    private void keep(Page page) {
        lock.lock();
        try {
            if (chain.isSynced() && isShared()) {
                registry.recent().addOlder(chain.head(), page, channel());
            }
        } finally {
            lock.unlock();
        }
    }
}
