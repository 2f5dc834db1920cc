package dev.heliograph.server.gateway;

import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.log.LogEntry;
import dev.heliograph.server.log.LogException;
import dev.heliograph.server.log.Page;
import dev.heliograph.server.log.Position;
import dev.heliograph.server.log.StateComparison.Known;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * One channel on one gateway: checks the chain of what comes through the mailbox ({@link
 * ChainState}), repairs it from the log when it is broken ({@link ChainSync}), and hands each
 * entry, encoded once, to the subscriptions that stand at the head ({@link FanOut}). All of this is
 * under the hub's one lock, which is never held while the log is waited for.
 *
 * <p>Subscriptions elsewhere in the log are not its business: they read for themselves and come
 * here when they have caught up.
 */
final class ChannelHub {

    private static final System.Logger LOGGER = System.getLogger(ChannelHub.class.getName());

    private final Channel channel;
    private final HubRegistry registry;
    private final ReentrantLock lock = new ReentrantLock();

    /* Guarded by lock. */
    private final ChainState chain = new ChainState();
    private final FanOut fanOut;

    private final ChainSync sync;

    ChannelHub(Channel channel, HubRegistry registry) {
        this.channel = channel;
        this.registry = registry;
        this.fanOut = new FanOut(this, registry.low());
        this.sync = new ChainSync(this, registry, lock, chain, fanOut);
    }

    Channel channel() {
        return channel;
    }

    /**
     * Adds a subscription; false when this hub has closed, and the registry has to make another.
     */
    boolean join(Subscription subscription) {
        lock.lock();
        try {
            return !chain.isClosed() && fanOut.add(subscription);
        } finally {
            lock.unlock();
        }
    }

    /** Removes a subscription. */
    void leave(Subscription subscription) {
        lock.lock();
        try {
            fanOut.remove(subscription);
            if (fanOut.isEmpty() && !chain.isClosed()) {
                registry.lingerThenClose(this);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Closes the hub if it still has no subscribers, and takes back its interest. */
    void closeIfIdle() {
        lock.lock();
        try {
            if (!fanOut.isEmpty() || chain.isClosed()) {
                return;
            }
            if (chain.isSyncing()) {
                registry.lingerThenClose(this);
                return;
            }
            chain.close();
            fanOut.dropHeld();
            // Queued before a new hub of this channel can queue its interest: the log keeps the
            // order.
            registry.forget(this);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Answers a subscription without a read, if the chain from there up to the head is here: as the
     * log would have answered when the head was read.
     *
     * @param suffices whether that head is new enough
     */
    Optional<Page> recent(From from, int limit, Predicate<Position> suffices) {
        lock.lock();
        try {
            Optional<Page> page =
                    chain.isSynced() && suffices.test(chain.head())
                            ? registry.recent()
                                    .page(
                                            channel,
                                            chain.head(),
                                            from,
                                            limit,
                                            registry.log().keptSinceMs())
                            : Optional.empty();
            page.ifPresent(_ -> registry.metrics().replayRead("recent"));
            return page;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Reads a page for a subscription. The first read of a hub registers its interest in the same
     * step.
     *
     * @throws LogException when the log cannot be read
     */
    Page read(From from, int limit) {
        return sync.read(from, limit);
    }

    /**
     * Makes a subscription live if it has caught up with the head.
     *
     * @return false if it has to read on; true also when it will be woken once the hub is synced
     */
    boolean goLive(Subscription subscription, int proof) {
        lock.lock();
        try {
            if (!fanOut.contains(subscription)) {
                return true;
            }
            if (!chain.isSynced()) {
                subscription.park();
                if (chain.isAdrift()) {
                    // A hub that had no members when the mailbox changed has not been synced since.
                    registry.run(this::resync);
                }
                return true;
            }
            Position at = subscription.cursor();
            if (proof != chain.resets() || at.seq() < chain.head().seq()) {
                return false;
            }
            fanOut.goesLive(subscription);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Takes an entry from the mailbox. Comes on the mailbox reader's thread. */
    void onEntry(LogEntry entry) {
        lock.lock();
        try {
            if (!chain.isSynced()) {
                // It is in the log already: the reading under way, or another round of it, finds
                // it.
                chain.wentBy();
                return;
            }
            switch (chain.link(entry)) {
                case NEXT -> push(entry);
                case DOORBELL -> {
                    registry.metrics().doorbell();
                    sync.readOn();
                }
                case KNOWN -> {}
                case GAP -> drift("chain");
                case OTHER_EPOCH -> drift("epoch");
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends what is in no log to the subscriptions at the head; the others do not get it. Comes on
     * the mailbox reader's thread.
     */
    void onEphemeral(byte[] envelope) {
        Optional<Frame> frame = Frames.ephemeral(channel, envelope);
        lock.lock();
        try {
            int sent = frame.isEmpty() ? 0 : fanOut.pass(frame.get());
            if (fanOut.size() > sent) {
                registry.metrics().ephemeralDropped(fanOut.size() - sent);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The log has lost entries, and this epoch has begun. Comes on the mailbox reader's thread. */
    void onLoss(String epoch) {
        lock.lock();
        try {
            if (!chain.isSynced()) {
                chain.wentBy();
            } else if (!chain.isOf(epoch)) {
                drift("loss");
            }
        } finally {
            lock.unlock();
        }
    }

    /** Delivers, and reads the log again if that failed half-way. */
    private void push(LogEntry entry) {
        try {
            sync.deliver(entry, System.currentTimeMillis());
        } catch (RuntimeException e) {
            LOGGER.log(System.Logger.Level.ERROR, "An entry could not be pushed to all", e);
            drift("failure");
            fanOut.leaveHead();
        }
    }

    /** The mailbox is another one now. */
    void onNewGeneration() {
        lock.lock();
        try {
            chain.mailboxChanged();
        } finally {
            lock.unlock();
        }
    }

    /**
     * How often the log was found to be another than before: a cursor proven under an older count
     * is not proven.
     */
    int resets() {
        return chain.resets();
    }

    /** Runs something short with the hub's lock. */
    void whileLocked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    /** What it believes, if it is synced: the chain is whole up to there, and goes on here. */
    Optional<Known> known() {
        lock.lock();
        try {
            return chain.isSynced()
                    ? Optional.of(new Known(channel, registry.mailbox(channel), chain.head()))
                    : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Registers interest and reads the log if it still believes this; false if not. */
    boolean repair(Known believed, String reason) {
        lock.lock();
        try {
            if (!known().equals(Optional.of(believed))) {
                return false;
            }
            drift(reason);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void drift(String why) {
        LOGGER.log(
                System.Logger.Level.DEBUG,
                "{0}: {1} after seq {2}, repairing",
                channel.kind(),
                why,
                chain.head().seq());
        registry.metrics().repaired(why);
        sync.readOn();
    }

    /**
     * Registers interest under the current mailbox, reads from the head of before to that of now,
     * and delivers it, if the hub is ADRIFT and has subscriptions. Blocks.
     */
    void resync() {
        sync.sync();
    }

    /** Sends what was held back. */
    void flushLow() {
        lock.lock();
        try {
            fanOut.sendHeld(System.currentTimeMillis());
        } finally {
            lock.unlock();
        }
    }
}
