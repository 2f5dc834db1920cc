package dev.heliograph.client.store;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Positions in memory. */
final class MemoryPositionStore implements PositionStore {

    private final Map<String, String> positions = new ConcurrentHashMap<>();

    @Override
    public Optional<String> load(String channel) {
        return Optional.ofNullable(positions.get(channel));
    }

    @Override
    public void save(String channel, String position) {
        positions.put(channel, position);
    }

    @Override
    public void remove(String channel) {
        positions.remove(channel);
    }
}
