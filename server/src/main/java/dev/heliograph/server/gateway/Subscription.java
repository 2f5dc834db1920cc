package dev.heliograph.server.gateway;

import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.proto.device.v1.Priority;
import dev.heliograph.proto.device.v1.SkipReason;
import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.log.DeviceMemory;
import dev.heliograph.server.log.LogEntry;
import dev.heliograph.server.log.LogException;
import dev.heliograph.server.log.Page;
import dev.heliograph.server.log.Position;
import dev.heliograph.server.log.SessionDirectory;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One session's cursor over one channel. It reads pages from the log until it has caught up, then
 * stands at the head and gets what the hub pushes; when its device is slower than the channel it
 * leaves the head and reads again once the outbox is empty. That of an observer leaves it under
 * pressure, too, and reads again when its turn comes.
 */
final class Subscription {

    /** Entries per read: with small notifications a page is well below the outbox' soft limit. */
    private static final int PAGE = 128;

    /** No read of the log since the last reset has shown the cursor to lie in it. */
    private static final int UNPROVEN = -1;

    private enum Mode {
        /** A virtual thread reads the log for it. */
        READING,
        /** At the head: the hub pushes. */
        LIVE,
        /** The outbox is full: nothing is read or queued until it is empty. */
        LAGGING,
        /** An observer's, under pressure: nothing is read or queued until its turn comes. */
        HELD,
        /** Caught up with the log, and waiting for the hub to know the head. */
        PARKED
    }

    private final Session session;
    private final ChannelHub hub;
    private final int subId;

    /* Guarded by the hub's lock, except that the reading thread moves the cursor while READING. */
    private Mode mode = Mode.READING;
    private volatile Position cursor;
    private int livePlace = -1;
    /* Moved like the cursor, and before it: whether anything was sent since Subscribed. */
    private boolean moved;
    /* Written by the first read and at resets, before the cursor: what the device may have been sent before (D-7). */
    private long sentThrough;
    /* There while it is behind because its device is slow or waits; set with the hub's lock. */
    private volatile Overtaken overtaken;
    /* Where the first read begins, until it does. */
    private From begin;

    /* Guarded by this: after end() has returned no frame of this subscription is queued. */
    private boolean ended;

    /* Guarded by this: what the device has handled and the session directory has not heard of, or null. */
    private Position acked;
    /* Guarded by this: the log has lost its tail, and with it maybe what the directory knows. */
    private boolean mayGoBack;

    Subscription(Session session, ChannelHub hub, int subId) {
        this.session = session;
        this.hub = hub;
        this.subId = subId;
    }

    ChannelHub hub() {
        return hub;
    }

    int subId() {
        return subId;
    }

    Position cursor() {
        return cursor;
    }

    int livePlace() {
        return livePlace;
    }

    void livePlace(int place) {
        livePlace = place;
    }

    /**
     * Begins: answers the Subscribe and covers everything from there on, once the device has taken
     * what it asked for before.
     */
    void start(From from) {
        hub.whileLocked(
                () -> {
                    begin = from;
                    mode = Mode.LAGGING;
                    if (!session.outboxFull()) {
                        readOn();
                    }
                });
    }

    private void first(From from) {
        try {
            int proof = hub.resets();
            if (!hasEnded() && answer(from)) {
                catchUp(proof);
            }
        } finally {
            session.firstReadEnded();
        }
    }

    /** Ends: nothing of this subscription is queued afterwards. */
    void end() {
        synchronized (this) {
            ended = true;
        }
        hub.whileLocked(
                () -> {
                    if (begin != null) {
                        begin = null;
                        session.firstReadEnded();
                    }
                });
        hub.leave(this);
    }

    /**
     * Takes a live entry; false when the device is too slow, or is to wait, and the subscription
     * leaves the head. With the hub's lock.
     */
    boolean offer(Position position, Frame frame) {
        if (position.seq() < cursor.seq() || position.equals(cursor)) {
            return true;
        }
        if (position.seq() != cursor.seq() + 1) {
            // Another entry has the number of one that this device got: the log lost its tail. Or
            // one in between did not come here. The log tells.
            readOn();
            return false;
        }
        if (session.isServedInPages() && frame.priority() != Priority.PRIORITY_CRITICAL) {
            leave(Mode.HELD);
            session.registry().observers().add(this, session.connectionId());
            return false;
        }
        if (session.outboxFull()) {
            lag();
            // The outbox may have been emptied since: then nobody else would wake this
            // subscription.
            if (!session.outboxFull()) {
                readOn();
            }
            return false;
        }
        send(frame);
        moved = true;
        cursor = position;
        return true;
    }

    /**
     * Takes what is in no log, and moves nothing; false when the device is too slow for it, or is
     * to wait. With the hub's lock.
     */
    boolean pass(Frame frame) {
        if (session.outboxFull() || session.isServedInPages()) {
            return false;
        }
        send(frame);
        return true;
    }

    /** The device is too slow. With the hub's lock. */
    private void lag() {
        leave(Mode.LAGGING);
    }

    private void leave(Mode waiting) {
        mode = waiting;
        if (overtaken == null) {
            overtaken = new Overtaken();
        }
    }

    /**
     * Sends a CRITICAL ahead of its turn if this subscription is behind (D-8). With the hub's lock.
     *
     * @param frame holds it out of order
     */
    void overtake(Position position, Frame frame) {
        Overtaken ahead = overtaken;
        Position at = cursor;
        if (ahead == null || !position.epoch().equals(at.epoch()) || position.seq() <= at.seq()) {
            return;
        }
        if (session.overflows()) {
            // A page of large entries may be what fills it: then this one waits for its turn.
            if (ahead.bytes() > session.hardLimitBytes() / 2) {
                session.close(CloseCode.CLOSE_CODE_SLOW_CONSUMER);
            }
            return;
        }
        if (ahead.add(frame.message().getDeliver(), position.seq())) {
            send(position.seq() <= sentThrough ? Frames.redelivered(frame) : frame);
        }
    }

    /** The device has handled what came out of order. */
    void ackOvertaken(List<String> ids) {
        Overtaken ahead = overtaken;
        if (ahead != null) {
            ahead.handled(ids);
        }
    }

    /** At the head now. With the hub's lock. */
    void live() {
        mode = Mode.LIVE;
        overtaken = null;
    }

    /** Waits for {@link #unpark}. With the hub's lock. */
    void park() {
        mode = Mode.PARKED;
    }

    /** The hub knows the head again. With the hub's lock. */
    void unpark() {
        if (mode == Mode.PARKED) {
            readOn();
        }
    }

    /**
     * Proves a cursor beyond the head, which a failover may have cut off; true when it leaves. With
     * the hub's lock.
     */
    boolean readOnIfBeyond(Position head) {
        if (cursor.seq() <= head.seq()) {
            return false;
        }
        readOn();
        return true;
    }

    /** Reads on from the cursor. With the hub's lock. */
    void readOn() {
        mode = Mode.READING;
        From from = begin;
        if (from == null) {
            session.registry().run(() -> catchUp(UNPROVEN));
        } else {
            begin = null;
            session.registry().run(() -> first(from));
        }
    }

    /** The outbox is empty. */
    void onDrained() {
        hub.whileLocked(
                () -> {
                    if (overtaken != null) {
                        overtaken.drained();
                    }
                    if (mode == Mode.LAGGING) {
                        readOn();
                    }
                });
    }

    /** The turn of an observer has come. */
    void readHeld() {
        hub.whileLocked(
                () -> {
                    if (mode == Mode.HELD) {
                        readOn();
                    }
                });
    }

    /** The first read. False when it failed and the device was told. */
    private boolean answer(From asked) {
        Page page;
        DeviceMemory.Known known;
        boolean byKept = false;
        From from = asked;
        try {
            known = session.known(hub.channel());
            if (!(asked instanceof From.After)) {
                byKept = known.cursor().isPresent();
                from = known.cursor().<From>map(From.After::new).orElse(asked);
            }
            page = page(from, known);
        } catch (LogException e) {
            session.subscribeFailed(this, subId, e);
            return false;
        }
        if (byKept || asked instanceof From.After) {
            session.metrics().resumed(page.outcome().name().toLowerCase(Locale.ROOT));
        }
        sentThrough = known.sentThrough(page.head());
        begin(page, from, byKept);
        cover(page);
        return true;
    }

    /**
     * Without a read where that says the same. Who asks only once gets what is in the log now,
     * though it may be on its way here.
     */
    private Page page(From from, DeviceMemory.Known known) {
        return hub.recent(from, PAGE, head -> !session.asksOnce() && known.isWithin(head))
                .orElseGet(() -> hub.read(from, PAGE));
    }

    /** Tells the device where its channel goes on. */
    private void begin(Page page, From from, boolean byKept) {
        if (page.outcome() == Page.Outcome.FORK) {
            synchronized (this) {
                acked = null;
                mayGoBack = true;
            }
        }
        boolean stands = from instanceof From.After(Position place) && page.followsOn(place);
        if (page.outcome() == Page.Outcome.EPOCH
                || (page.outcome() == Page.Outcome.FORK && !stands)) {
            // Numbers of another log.
            sentThrough = 0;
            moved = false;
            if (overtaken != null) {
                overtaken = new Overtaken();
            }
        }
        cursor = page.base();
        send(Frames.subscribed(hub.channel(), subId, page, byKept, sentThrough));
    }

    /** Reads until the head is reached, the outbox is full, or the session has ended. */
    private void catchUp(int proofAtCursor) {
        int proof = proofAtCursor;
        while (!hub.goLive(this, proof)) {
            if (session.outboxFull() && lags()) {
                return;
            }
            Page page;
            From from = new From.After(cursor);
            proof = hub.resets();
            Optional<Page> recent = hub.recent(from, PAGE, _ -> true);
            try {
                page = recent.isPresent() ? recent.get() : hub.read(from, PAGE);
            } catch (LogException e) {
                session.registry().later(() -> catchUp(UNPROVEN));
                return;
            }
            if (page.outcome() != Page.Outcome.OK) {
                session.metrics().resumed(page.outcome().name().toLowerCase(Locale.ROOT));
                begin(page, from, false);
            } else if (page.entries().isEmpty() && recent.isPresent()) {
                continue;
            } else if (page.entries().isEmpty() && !hub.goLive(this, proof)) {
                // The hub has heard of more than the log holds, as after a failover: it will know.
                session.registry().later(() -> catchUp(UNPROVEN));
                return;
            } else if (page.entries().isEmpty()) {
                return;
            }
            cover(page);
        }
    }

    /**
     * Leaves reading on to {@link #onDrained}; false if the outbox was emptied meanwhile and nobody
     * else has taken over.
     */
    private boolean lags() {
        hub.whileLocked(this::lag);
        if (session.outboxFull()) {
            return true;
        }
        boolean[] ours = new boolean[1];
        hub.whileLocked(
                () -> {
                    ours[0] = mode == Mode.LAGGING;
                    mode = ours[0] ? Mode.READING : mode;
                });
        return !ours[0];
    }

    /**
     * Sends what covers the entries of a page; neighbours that are skipped for one reason share a
     * Skip.
     */
    private void cover(Page page) {
        long now = System.currentTimeMillis();
        SkipReason skipping = SkipReason.SKIP_REASON_UNSPECIFIED;
        long skippingFrom = 0;
        for (LogEntry entry : page.entries()) {
            long seq = entry.position().seq();
            Frame frame = Frames.covering(entry, now, seq <= sentThrough);
            SkipReason reason = skipReason(frame);
            if (reason != skipping) {
                skip(skipping, skippingFrom);
                skipping = reason;
                skippingFrom = seq;
            }
            if (reason == SkipReason.SKIP_REASON_UNSPECIFIED) {
                send(frame);
            }
            moved = true;
            cursor = entry.position();
        }
        skip(skipping, skippingFrom);
    }

    /** Why an entry is not delivered; unspecified if it is. */
    private SkipReason skipReason(Frame frame) {
        Overtaken ahead = overtaken;
        boolean handled =
                ahead != null
                        && frame.message().hasDeliver()
                        && ahead.take(frame.message().getDeliver().getNotification().getId());
        return handled
                ? SkipReason.SKIP_REASON_ALREADY_DELIVERED
                : frame.message().hasSkip()
                        ? frame.message().getSkip().getCounts(0).getReason()
                        : SkipReason.SKIP_REASON_UNSPECIFIED;
    }

    /** Sends the Skip from a number up to the cursor. */
    private void skip(SkipReason reason, long from) {
        if (reason != SkipReason.SKIP_REASON_UNSPECIFIED) {
            send(Frames.skip(hub.channel(), from, cursor, reason));
        }
    }

    /**
     * The device has handled everything up to a position. One that lies behind another changes
     * nothing.
     */
    synchronized void ack(Position position) {
        if (cursor != null && (acked == null || !wasSent(acked) || isBehind(acked, position))) {
            acked = position;
        }
    }

    /**
     * What the session directory should hear of, if anything: the newest Ack since the last call,
     * unless it names what this subscription has not sent, as an Ack does that crossed a reset.
     */
    synchronized Optional<SessionDirectory.Cursor> takeAcked() {
        return acked == null || !wasSent(acked) ? Optional.empty() : takeLast();
    }

    /**
     * What the session directory should hear of at the end, with or without a new Ack: empty if the
     * Subscribe was never answered.
     */
    synchronized Optional<SessionDirectory.Cursor> takeLast() {
        if (cursor == null) {
            return Optional.empty();
        }
        Position at = cursor;
        Optional<Position> handled = Optional.ofNullable(acked).filter(this::wasSent);
        var taken =
                new SessionDirectory.Cursor(
                        hub.channel(),
                        handled,
                        mayGoBack,
                        Optional.of(sentThrough(at))
                                .filter(seq -> seq > 0)
                                .map(seq -> new DeviceMemory.Sent(at.epoch(), seq)));
        if (handled.isPresent()) {
            acked = null;
            mayGoBack = false;
        }
        return Optional.of(taken);
    }

    /** The newest number that the device may have been sent, now or before; 0 for none. */
    private long sentThrough(Position at) {
        Overtaken ahead = overtaken;
        long through = Math.max(sentThrough, ahead == null ? 0 : ahead.throughSeq());
        return moved ? Math.max(through, at.seq()) : through;
    }

    /** The session directory could not be told. */
    synchronized void giveBack(SessionDirectory.Cursor taken) {
        mayGoBack |= taken.mayGoBack();
        taken.position().ifPresent(this::ack);
    }

    private boolean wasSent(Position position) {
        return position.epoch().equals(cursor.epoch()) && position.seq() <= cursor.seq();
    }

    private static boolean isBehind(Position one, Position other) {
        return !one.epoch().equals(other.epoch()) || one.seq() < other.seq();
    }

    private synchronized boolean hasEnded() {
        return ended;
    }

    /* A monitor, not a ReentrantLock: it costs an idle subscription no memory, and nothing inside blocks. */
    private synchronized void send(Frame frame) {
        if (!ended) {
            session.send(frame);
        }
    }
}
