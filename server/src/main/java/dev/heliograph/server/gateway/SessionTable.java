package dev.heliograph.server.gateway;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The sessions of a gateway at the moment, by connection id, each with its place on the wheel. */
final class SessionTable {

    private final ConcurrentHashMap<String, Held> sessions = new ConcurrentHashMap<>();
    private final HeartbeatWheel wheel;

    private record Held(Session session, int slot) {}

    SessionTable(HeartbeatWheel wheel) {
        this.wheel = wheel;
    }

    void add(Session session) {
        sessions.put(session.connectionId(), new Held(session, wheel.add(session)));
    }

    void remove(Session session) {
        Held held = sessions.remove(session.connectionId());
        if (held != null) {
            wheel.remove(session, held.slot());
        }
    }

    Optional<Session> find(String connectionId) {
        return Optional.ofNullable(sessions.get(connectionId)).map(Held::session);
    }

    int count() {
        return sessions.size();
    }

    /** All of them, in no order. */
    List<Session> all() {
        return sessions.values().stream().map(Held::session).toList();
    }
}
