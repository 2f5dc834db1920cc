package dev.heliograph.server.auth;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who a verified token speaks for.
 *
 * @param tenant the tenant, {@code default} until tenants exist
 * @param subject the {@code sub} claim: a user id for devices, a service name for producers
 * @param device the device id that the token binds, if it does
 * @param scopes the words of the {@code scope} claim
 * @param topics topic names and prefixes ending in {@code *} that the token allows
 * @param expiresAt the {@code exp} claim
 */
public record Principal(
        String tenant,
        String subject,
        Optional<String> device,
        Set<String> scopes,
        List<String> topics,
        Instant expiresAt) {

    /** Scope that lets a device connect. */
    public static final String SCOPE_CONNECT = "connect";

    /** Scope that lets a backend call the Notify API. */
    public static final String SCOPE_NOTIFY = "notify";

    /**
     * Whether the token allows the topic: an exact entry, or one that ends in {@code *} and begins
     * alike (T-3).
     */
    public boolean allowsTopic(String topic) {
        for (String grant : topics) {
            if (grant.endsWith("*")
                    ? topic.startsWith(grant.substring(0, grant.length() - 1))
                    : grant.equals(topic)) {
                return true;
            }
        }
        return false;
    }
}
