package dev.heliograph.server.gateway;

import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.DeviceMemory;
import dev.heliograph.server.log.Position;
import dev.heliograph.server.log.SessionDirectory;
import java.util.Optional;

/**
 * How far a subscription's device has been sent its channel, and how far it has handled it. Moved
 * by whoever serves the subscription at the moment, the hub at the head and the task that reads the
 * log elsewhere; acknowledged by the session's reader.
 */
final class Progress {

    private volatile Position cursor;
    /* Moved like the cursor, and before it: whether anything was sent since Subscribed. */
    private boolean moved;
    /* Written by the first read and at resets, before the cursor: what the device may have been sent before (D-7). */
    private long sentBefore;

    /* Guarded by this: what the device has handled and the session directory has not heard of, or null. */
    private Position acked;
    /* Guarded by this: the log has lost its tail, and with it maybe what the directory knows. */
    private boolean mayGoBack;

    /** What covers everything up to here is queued; null before the Subscribe is answered. */
    Position cursor() {
        return cursor;
    }

    /** Something was queued that covers everything up to here. */
    void moveTo(Position position) {
        moved = true;
        cursor = position;
    }

    /** The device is told to go on from here. */
    void beginAt(Position base) {
        cursor = base;
    }

    /** The newest number that the device may have been sent before this session; 0 for none. */
    long sentBefore() {
        return sentBefore;
    }

    void sentBefore(long throughSeq) {
        sentBefore = throughSeq;
    }

    /** The numbers are those of another log now. */
    void anew() {
        sentBefore = 0;
        moved = false;
    }

    /** The log has lost its tail: what was handled of it may be handled again. */
    synchronized void fork() {
        acked = null;
        mayGoBack = true;
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
     *
     * @param overtakenThrough the highest number that was sent ahead of its turn; 0 for none
     */
    synchronized Optional<SessionDirectory.Cursor> takeAcked(
            Channel channel, long overtakenThrough) {
        return acked == null || !wasSent(acked)
                ? Optional.empty()
                : takeLast(channel, overtakenThrough);
    }

    /**
     * What the session directory should hear of at the end, with or without a new Ack: empty if the
     * Subscribe was never answered.
     *
     * @param overtakenThrough the highest number that was sent ahead of its turn; 0 for none
     */
    synchronized Optional<SessionDirectory.Cursor> takeLast(
            Channel channel, long overtakenThrough) {
        if (cursor == null) {
            return Optional.empty();
        }
        Position at = cursor;
        Optional<Position> handled = Optional.ofNullable(acked).filter(this::wasSent);
        var taken =
                new SessionDirectory.Cursor(
                        channel,
                        handled,
                        mayGoBack,
                        Optional.of(sentThrough(at, overtakenThrough))
                                .filter(seq -> seq > 0)
                                .map(seq -> new DeviceMemory.Sent(at.epoch(), seq)));
        if (handled.isPresent()) {
            acked = null;
            mayGoBack = false;
        }
        return Optional.of(taken);
    }

    /** The session directory could not be told. */
    synchronized void giveBack(SessionDirectory.Cursor taken) {
        mayGoBack |= taken.mayGoBack();
        taken.position().ifPresent(this::ack);
    }

    /** The newest number that the device may have been sent, now or before; 0 for none. */
    private long sentThrough(Position at, long overtakenThrough) {
        long through = Math.max(sentBefore, overtakenThrough);
        return moved ? Math.max(through, at.seq()) : through;
    }

    private boolean wasSent(Position position) {
        return position.epoch().equals(cursor.epoch()) && position.seq() <= cursor.seq();
    }

    private static boolean isBehind(Position one, Position other) {
        return !one.epoch().equals(other.epoch()) || one.seq() < other.seq();
    }
}
