package dev.heliograph.client.store;

import java.io.IOException;
import java.util.Optional;

/**
 * Keeps a device's position per channel, so that a later start of the app goes on where this one
 * ended. One store belongs to one device of one user. A {@code DeviceClient} calls it from one
 * thread; calls should take milliseconds.
 *
 * <p>After a crash the notifications whose position was not yet saved come again; positions are
 * saved at most 100 ms or 32 notifications late.
 *
 * <p>A device without a saved position goes on after what the gateways know that its id has
 * acknowledged. When a gateway was killed that may be up to 40 s late.
 */
public interface PositionStore {

    /** The newest saved position of the channel. */
    Optional<String> load(String channel) throws IOException;

    /** Replaces the position of the channel. */
    void save(String channel, String position) throws IOException;

    /** Forgets the channel. */
    void remove(String channel) throws IOException;

    /** Keeps positions as long as the process lives. */
    static PositionStore inMemory() {
        return new MemoryPositionStore();
    }
}
