package dev.heliograph.server.gateway;

import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.proto.device.v1.Priority;
import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.log.Position;
import dev.heliograph.server.log.SessionDirectory;
import java.util.List;
import java.util.Optional;

/**
 * One session's cursor over one channel. It reads pages from the log until it has caught up, then
 * stands at the head and gets what the hub pushes; when its device is slower than the channel it
 * leaves the head and reads again once the outbox is empty. That of an observer leaves it under
 * pressure, too, and reads again when its turn comes.
 */
final class Subscription {

    private enum Mode {
        /** A {@link Replay} reads the log for it. */
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
    /* Moved with the hub's lock, except by the reading task while READING. */
    private final Progress progress = new Progress();

    /* Guarded by the hub's lock. */
    private Mode mode = Mode.READING;
    private int livePlace = -1;
    /* There while it is behind because its device is slow or waits; set with the hub's lock. */
    private volatile Overtaken overtaken;
    /* Where the first read begins, until it does. */
    private From begin;

    /* Guarded by this: after end() has returned no frame of this subscription is queued. */
    private boolean ended;

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

    /** {@link Progress#cursor}. */
    Position cursor() {
        return progress.cursor();
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

    /** Ends: nothing of this subscription is queued afterwards. */
    void end() {
        synchronized (this) {
            ended = true;
        }
        hub.leave(this);
        hub.whileLocked(
                () -> {
                    if (begin != null) {
                        begin = null;
                        session.subscriptions().firstReadEnded();
                    }
                });
    }

    /**
     * Takes a live entry; false when the device is too slow, or is to wait, and the subscription
     * leaves the head. With the hub's lock.
     */
    boolean offer(Position position, Frame frame) {
        Position cursor = progress.cursor();
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
        progress.moveTo(position);
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
        Position at = progress.cursor();
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
        if (ahead.add(frame.message().getDeliver(), position.seq(), at.seq())) {
            send(position.seq() <= progress.sentBefore() ? Frames.redelivered(frame) : frame);
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
        if (progress.cursor().seq() <= head.seq()) {
            return false;
        }
        readOn();
        return true;
    }

    /** Reads on from the cursor. With the hub's lock. */
    void readOn() {
        mode = Mode.READING;
        From from = begin;
        begin = null;
        Replay replay = new Replay(this, session, hub, progress);
        session.registry().run(from == null ? replay::on : () -> replay.first(from));
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

    /**
     * Leaves reading on to {@link #onDrained}; false if the outbox was emptied meanwhile and nobody
     * else has taken over.
     */
    boolean lags() {
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

    /** Whether the device has handled what a frame brings, ahead of its turn. */
    boolean wasHandledAhead(Frame frame) {
        Overtaken ahead = overtaken;
        return ahead != null
                && frame.message().hasDeliver()
                && ahead.take(frame.message().getDeliver().getNotification().getId());
    }

    /** The log is another one: what has overtaken in that of before says nothing of it. */
    void forgetOvertaken() {
        if (overtaken != null) {
            overtaken = new Overtaken();
        }
    }

    /** The device has handled everything up to a position. */
    void ack(Position position) {
        progress.ack(position);
    }

    /** {@link Progress#takeAcked}. */
    Optional<SessionDirectory.Cursor> takeAcked() {
        return progress.takeAcked(hub.channel(), overtakenThrough());
    }

    /** {@link Progress#takeLast}. */
    Optional<SessionDirectory.Cursor> takeLast() {
        return progress.takeLast(hub.channel(), overtakenThrough());
    }

    /** The session directory could not be told. */
    void giveBack(SessionDirectory.Cursor taken) {
        progress.giveBack(taken);
    }

    private long overtakenThrough() {
        Overtaken ahead = overtaken;
        return ahead == null ? 0 : ahead.throughSeq();
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    /* A monitor, not a ReentrantLock: it costs an idle subscription no memory, and nothing inside blocks. */
    synchronized void send(Frame frame) {
        if (!ended) {
            session.send(frame);
        }
    }
}
