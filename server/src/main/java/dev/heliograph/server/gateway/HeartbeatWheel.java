package dev.heliograph.server.gateway;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Heartbeats and time limits of all sessions, without a timer per session. A session sits in one
 * random slot of a wheel that turns once per heartbeat interval: when its slot comes by it gets a
 * Heartbeat, and when the timeout has passed since, it is checked.
 */
final class HeartbeatWheel {

    /** Slots of a turn: at 25 s a slot is 100 ms and holds 72 of 18,000 sessions. */
    private static final int SLOTS = 250;

    private final Set<Session>[] slots;
    private final long slotMs;
    private final long timeoutMs;
    private long nextBeat;
    private long nextCheck;

    /**
     * A wheel at a moment.
     *
     * @param timeout at most one turn
     */
    @SuppressWarnings({"unchecked", "rawtypes"})
    HeartbeatWheel(Duration interval, Duration timeout, long nowMs) {
        slots = new Set[SLOTS];
        for (int i = 0; i < SLOTS; i++) {
            slots[i] = new HashSet<>();
        }
        slotMs = Math.max(1, interval.toMillis() / SLOTS);
        timeoutMs = timeout.toMillis();
        nextBeat = nowMs / slotMs;
        nextCheck = nextBeat;
    }

    /** How often {@link #turn} has to be called. */
    Duration slotTime() {
        return Duration.ofMillis(slotMs);
    }

    /** Adds a session. Returns the slot, which {@link #remove} wants. */
    int add(Session session) {
        int slot = ThreadLocalRandom.current().nextInt(SLOTS);
        Set<Session> sessions = slots[slot];
        synchronized (sessions) {
            sessions.add(session);
        }
        return slot;
    }

    /** Removes a session. */
    void remove(Session session, int slot) {
        Set<Session> sessions = slots[slot];
        synchronized (sessions) {
            sessions.remove(session);
        }
    }

    /** Does what is due. On the timer only. */
    void turn(long nowMs) {
        for (; nextBeat * slotMs <= nowMs; nextBeat++) {
            for (Session session : slot(nextBeat)) {
                session.beat(nowMs);
            }
        }
        for (; nextCheck * slotMs + timeoutMs <= nowMs; nextCheck++) {
            for (Session session : slot(nextCheck)) {
                session.check(nextCheck * slotMs);
            }
        }
    }

    private Session[] slot(long tick) {
        Set<Session> sessions = slots[(int) (tick % SLOTS)];
        synchronized (sessions) {
            return sessions.toArray(Session[]::new);
        }
    }
}
