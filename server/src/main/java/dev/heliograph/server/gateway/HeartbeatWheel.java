package dev.heliograph.server.gateway;

import java.time.Duration;
import java.util.Arrays;
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
    /* When each slot had its newest beat, by turn()'s clock. */
    private final long[] beatAtMs = new long[SLOTS];
    private long nextBeat;
    private long nextCheck;

    /**
     * A wheel at a moment, by a clock that never goes back.
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
        Arrays.fill(beatAtMs, nowMs);
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

    /**
     * Does what is due. After a pause of the process each slot gets one beat, late, and its time to
     * answer counts from there. On the timer only.
     */
    void turn(long nowMs) {
        for (;
                nextCheck < nextBeat && beatAtMs[index(nextCheck)] + timeoutMs <= nowMs;
                nextCheck++) {
            for (Session session : slot(nextCheck)) {
                session.check(beatAtMs[index(nextCheck)]);
            }
        }
        nextBeat = Math.max(nextBeat, nowMs / slotMs - SLOTS + 1);
        for (; nextBeat * slotMs <= nowMs; nextBeat++) {
            long due = nextBeat * slotMs;
            beatAtMs[index(nextBeat)] = nowMs - due <= timeoutMs / 10 ? due : nowMs;
            for (Session session : slot(nextBeat)) {
                session.beat();
            }
        }
        nextCheck = Math.max(nextCheck, nextBeat - SLOTS);
    }

    private static int index(long tick) {
        return Math.floorMod(tick, SLOTS);
    }

    private Session[] slot(long tick) {
        Set<Session> sessions = slots[index(tick)];
        synchronized (sessions) {
            return sessions.toArray(Session[]::new);
        }
    }
}
