package dev.heliograph.server.gateway;

import dev.heliograph.proto.device.v1.Priority;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.log.LogEntry;
import dev.heliograph.server.log.LogException;
import dev.heliograph.server.log.Page;
import dev.heliograph.server.log.Position;
import dev.heliograph.server.log.StateComparison.Known;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * One channel on one gateway: checks the chain of what comes through the mailbox, repairs it from
 * the log when it is broken, and hands each entry, encoded once, to the subscriptions that stand at
 * the head.
 *
 * <p>Subscriptions elsewhere in the log are not its business: they read for themselves and come
 * here when they have caught up.
 */
final class ChannelHub {

    private static final System.Logger LOGGER = System.getLogger(ChannelHub.class.getName());

    /** Entries per read while repairing. */
    private static final int PAGE = 256;

    private enum State {
        /** No interest is registered under the current mailbox; the head is unknown or old. */
        ADRIFT,
        /**
         * Someone is registering and reading up to the head; what the mailbox brings meanwhile is
         * only noted.
         */
        SYNCING,
        /** The chain is whole up to {@link #head}. */
        SYNCED,
        /** Without subscribers and out of the registry. */
        CLOSED
    }

    private final Channel channel;
    private final HubRegistry registry;
    private final ReentrantLock lock = new ReentrantLock();

    /* Guarded by lock. */
    private State state = State.ADRIFT;
    private Position head;
    private long headNanos;
    private boolean missed;
    private volatile int resets;
    private final Set<Subscription> members = new HashSet<>(2);
    private final LiveSubscriptions live = new LiveSubscriptions();

    ChannelHub(Channel channel, HubRegistry registry) {
        this.channel = channel;
        this.registry = registry;
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
            return state != State.CLOSED && members.add(subscription);
        } finally {
            lock.unlock();
        }
    }

    /** Removes a subscription. */
    void leave(Subscription subscription) {
        lock.lock();
        try {
            members.remove(subscription);
            live.remove(subscription);
            if (members.isEmpty() && state != State.CLOSED) {
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
            if (!members.isEmpty() || state == State.CLOSED) {
                return;
            }
            if (state == State.SYNCING) {
                registry.lingerThenClose(this);
                return;
            }
            state = State.CLOSED;
            registry.low().take(this);
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
                    state == State.SYNCED && suffices.test(head)
                            ? registry.recent()
                                    .page(channel, head, from, limit, registry.log().keptSinceMs())
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
        String mailbox;
        Optional<Witness.Had> before;
        lock.lock();
        try {
            before = had();
            // With live subscriptions the rest is theirs: only resync() delivers what they lack.
            if (state == State.ADRIFT && live.isEmpty()) {
                state = State.SYNCING;
                mailbox = registry.mailbox(channel);
            } else {
                mailbox = null;
            }
        } finally {
            lock.unlock();
        }
        if (mailbox == null) {
            Page page = registry.reads().read(channel, from, limit);
            keep(page);
            return page;
        }
        Page page;
        try {
            if (before.isPresent()) {
                registry.witness().ask(channel, before.get());
            }
            page =
                    HubRegistry.join(
                            registry.log().read(channel, Optional.of(mailbox), from, limit));
        } catch (RuntimeException e) {
            lock.lock();
            try {
                state = State.ADRIFT;
                // Whoever came meanwhile is parked, whether or not the reader is still a member.
                registry.resyncLater(this);
            } finally {
                lock.unlock();
            }
            throw e;
        }
        lock.lock();
        try {
            if (head != null) {
                // Nobody has proven that the log is still that of before.
                reset();
            }
            head(page.head());
            if (!finishSync(mailbox)) {
                registry.run(() -> resync(true));
            }
        } finally {
            lock.unlock();
        }
        return page;
    }

    /**
     * Makes a subscription live if it has caught up with the head.
     *
     * @return false if it has to read on; true also when it will be woken once the hub is synced
     */
    boolean goLive(Subscription subscription, int proof) {
        lock.lock();
        try {
            if (!members.contains(subscription)) {
                return true;
            }
            if (state != State.SYNCED) {
                subscription.park();
                if (state == State.ADRIFT) {
                    // A hub that had no members when the mailbox changed has not been synced since.
                    registry.run(this::resync);
                }
                return true;
            }
            Position at = subscription.cursor();
            if (proof != resets || at.seq() < head.seq()) {
                return false;
            }
            subscription.live();
            live.add(subscription);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Takes an entry from the mailbox. Comes on the mailbox reader's thread. */
    void onEntry(LogEntry entry) {
        lock.lock();
        try {
            switch (state) {
                case SYNCED -> {
                    Position at = entry.position();
                    if (!at.epoch().equals(head.epoch())) {
                        drift("epoch");
                    } else if (at.id().compareTo(head.id()) <= 0) {
                        return;
                    } else if (!entry.previous().equals(head.id())) {
                        drift("chain");
                    } else if (entry.isDoorbell()) {
                        registry.metrics().doorbell();
                        readOn();
                    } else {
                        push(entry);
                    }
                }
                // It is in the log already: the reading under way, or another round of it, finds
                // it.
                case SYNCING -> missed = true;
                case ADRIFT, CLOSED -> {}
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
            int sent = frame.isEmpty() ? 0 : live.count(each -> each.pass(frame.get()));
            if (members.size() > sent) {
                registry.metrics().ephemeralDropped(members.size() - sent);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The log has lost entries, and this epoch has begun. Comes on the mailbox reader's thread. */
    void onLoss(String epoch) {
        lock.lock();
        try {
            if (state == State.SYNCED && !epoch.equals(head.epoch())) {
                drift("loss");
            } else if (state == State.SYNCING) {
                missed = true;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Delivers, and reads the log again if that failed half-way. */
    private void push(LogEntry entry) {
        try {
            deliver(entry, System.currentTimeMillis());
        } catch (RuntimeException e) {
            LOGGER.log(System.Logger.Level.ERROR, "An entry could not be pushed to all", e);
            drift("failure");
            live.takeAll().forEach(Subscription::readOn);
        }
    }

    /** The mailbox is another one now. */
    void onNewGeneration() {
        lock.lock();
        try {
            if (state == State.SYNCED) {
                state = State.ADRIFT;
            } else if (state == State.SYNCING) {
                missed = true;
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * How often the log was found to be another than before: a cursor proven under an older count
     * is not proven.
     */
    int resets() {
        return resets;
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
            return state == State.SYNCED
                    ? Optional.of(new Known(channel, registry.mailbox(channel), head))
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
                head.seq());
        registry.metrics().repaired(why);
        readOn();
    }

    /** Under the lock, SYNCED: reads from the head on, once for all that comes meanwhile. */
    private void readOn() {
        state = State.SYNCING;
        registry.run(() -> resync(true));
    }

    /**
     * Registers interest under the current mailbox, reads from the head of before to that of now,
     * and delivers it.
     */
    void resync() {
        resync(false);
    }

    /**
     * Reads from the head of before to that of now.
     *
     * @param claimed whether the caller has set SYNCING already
     */
    private void resync(boolean claimed) {
        lock.lock();
        try {
            if (!claimed) {
                if (state != State.ADRIFT || members.isEmpty()) {
                    return;
                }
                state = State.SYNCING;
            }
            missed = false;
        } finally {
            lock.unlock();
        }
        while (true) {
            String mailbox = registry.mailbox(channel);
            Page page;
            try {
                From from = head == null ? new From.Head() : new From.After(head);
                page =
                        HubRegistry.join(
                                registry.log().read(channel, Optional.of(mailbox), from, PAGE));
                Optional<Witness.Had> had = had();
                if (had.isPresent() && registry.witness().tell(channel, had.get(), page)) {
                    continue;
                }
            } catch (RuntimeException e) {
                LOGGER.log(
                        System.Logger.Level.DEBUG,
                        "A channel cannot be synced, trying again: {0}",
                        e.getMessage());
                lock.lock();
                try {
                    state = State.ADRIFT;
                    registry.resyncLater(this);
                } finally {
                    lock.unlock();
                }
                return;
            }
            lock.lock();
            try {
                if (page.outcome() == Page.Outcome.OK) {
                    long now = System.currentTimeMillis();
                    page.entries().forEach(entry -> deliver(entry, now));
                    if (page.entries().isEmpty()) {
                        head(page.head());
                    }
                    if (page.more()) {
                        continue;
                    }
                } else {
                    // Each subscription finds out from its own position what the reset means for
                    // it.
                    head(page.head());
                    reset();
                    live.takeAll().forEach(Subscription::readOn);
                }
                if (finishSync(mailbox)) {
                    return;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** For a witness; under the lock, or by whoever has set SYNCING. */
    private Optional<Witness.Had> had() {
        return Optional.ofNullable(head).map(known -> new Witness.Had(known, headNanos));
    }

    /** Under the lock. */
    private void head(Position known) {
        head = known;
        headNanos = registry.witness().now();
    }

    /**
     * Ends SYNCING; false when entries went by meanwhile or the mailbox changed, and another round
     * is needed.
     */
    private boolean finishSync(String mailbox) {
        if (missed || !mailbox.equals(registry.mailbox(channel))) {
            missed = false;
            return false;
        }
        state = State.SYNCED;
        live.removeIf(subscription -> subscription.readOnIfBeyond(head));
        members.forEach(Subscription::unpark);
        return true;
    }

    /** One subscriber alone pays for keeping nothing: it has got what comes. */
    private boolean isShared() {
        return members.size() != 1;
    }

    private void keep(Page page) {
        lock.lock();
        try {
            if (state == State.SYNCED && isShared()) {
                registry.recent().addOlder(head, page, channel);
            }
        } finally {
            lock.unlock();
        }
    }

    private void deliver(LogEntry entry, long now) {
        if (isShared()) {
            registry.recent().add(head, entry);
        }
        head(entry.position());
        if (members.isEmpty()) {
            return;
        }
        Frame frame = Frames.covering(entry, now, false);
        if (!registry.low().hold(this, entry, frame)) {
            offerHeld(now);
            offer(entry, frame);
        }
    }

    /** Sends what was held back. */
    void flushLow() {
        lock.lock();
        try {
            offerHeld(System.currentTimeMillis());
        } finally {
            lock.unlock();
        }
    }

    private void offerHeld(long now) {
        for (LogEntry held : registry.low().take(this)) {
            offer(held, Frames.covering(held, now, false));
        }
    }

    private void offer(LogEntry entry, Frame frame) {
        live.removeIf(subscription -> !subscription.offer(entry.position(), frame));
        if (frame.priority() == Priority.PRIORITY_CRITICAL && live.size() < members.size()) {
            Frame ahead = Frames.outOfOrder(frame);
            members.forEach(subscription -> subscription.overtake(entry.position(), ahead));
        }
    }

    /** The log may be another: what was held back of that before must not go on in it. */
    private void reset() {
        resets++;
        registry.low().take(this);
    }
}
