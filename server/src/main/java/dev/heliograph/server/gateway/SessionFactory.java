package dev.heliograph.server.gateway;

import dev.heliograph.server.auth.Principal;

/** Admits connections and makes their sessions. */
public interface SessionFactory {

    /**
     * Whether a connection may be upgraded now. Asked before the upgrade and by the verdict
     * endpoint.
     */
    Admission admit(Peer peer);

    /** A session for an upgraded connection of this principal. */
    SessionHandler open(Principal principal);

    /** The answer to a connection attempt. */
    sealed interface Admission {
        /** Come in. */
        record Admitted() implements Admission {}

        /**
         * Not now: {@code label} of an ErrorCode ({@code overloaded}, {@code draining}), and when
         * to try again.
         */
        record Refused(String label, int retryAfterMs) implements Admission {}
    }
}
