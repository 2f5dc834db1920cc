package dev.heliograph.server.gateway;

import java.time.Duration;
import java.util.ArrayDeque;
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

    /** What sits on the wheel. Both calls come on the timer and must not block. */
    interface Member {

        /** It is time for a Heartbeat. */
        void beat();

        /** The timeout has passed since the Heartbeat of that time. */
        void check(long beatAtMs);
    }

    private final Set<Member>[] slots;
    private final long slotMs;
    private final long timeoutMs;
    private final ArrayDeque<Beat> unchecked = new ArrayDeque<>();
    private long nextBeat;

    /**
     * A slot's Heartbeats and when they were really sent, which may be late after a pause of the
     * process.
     */
    private record Beat(int slot, long atMs) {}

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
    }

    /** How often {@link #turn} has to be called. */
    Duration slotTime() {
        return Duration.ofMillis(slotMs);
    }

    /** Adds a session. Returns the slot, which {@link #remove} wants. */
    int add(Member session) {
        int slot = ThreadLocalRandom.current().nextInt(SLOTS);
        Set<Member> sessions = slots[slot];
        synchronized (sessions) {
            sessions.add(session);
        }
        return slot;
    }

    /** Removes a session. */
    void remove(Member session, int slot) {
        Set<Member> sessions = slots[slot];
        synchronized (sessions) {
            sessions.remove(session);
        }
    }

    /** Does what is due. On the timer only. */
    void turn(long nowMs) {
        // After a pause of more than a turn each slot is due once, not once per turn missed.
        nextBeat = Math.max(nextBeat, nowMs / slotMs - SLOTS + 1);
        for (; nextBeat * slotMs <= nowMs; nextBeat++) {
            int slot = (int) Math.floorMod(nextBeat, (long) SLOTS);
            for (Member session : sessions(slot)) {
                session.beat();
            }
            unchecked.add(new Beat(slot, nowMs));
        }
        while (!unchecked.isEmpty() && unchecked.peek().atMs() + timeoutMs <= nowMs) {
            Beat beat = unchecked.poll();
            for (Member session : sessions(beat.slot())) {
                session.check(beat.atMs());
            }
        }
    }

    private Member[] sessions(int slot) {
        Set<Member> sessions = slots[slot];
        synchronized (sessions) {
            return sessions.toArray(Member[]::new);
        }
    }
}
