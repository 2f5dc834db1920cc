package dev.heliograph.loadtest.swarm;

import java.util.List;

/**
 * Who a device is.
 *
 * @param number counts from 0 over the whole swarm; its user's too, since each user has one device
 * @param user {@code u<number>}
 * @param topics that it subscribes to, besides what is sent to its user
 * @param token a JSON Web Token for the user
 */
public record DeviceIdentity(int number, String user, List<String> topics, String token) {
    /** Keeps a copy. */
    public DeviceIdentity {
        topics = List.copyOf(topics);
    }
}
