package dev.heliograph.loadtest.chaos.topology;

import java.util.Locale;

/**
 * The way between two parts of an installation.
 *
 * @param between which parts, such as {@code gateway-1 → redis-2}
 * @param kind pairs of the same kind are alike
 * @param proxy what carries it
 * @param clients whose connections through the proxy it is
 */
public record Link(String between, Kind kind, FaultProxy proxy, Clients clients) {

    /** Which two kinds of parts it connects. */
    public enum Kind {
        /** Devices and all gateways. */
        DEVICE,
        /** Backends and one notify node. */
        PRODUCER,
        /** A gateway and a Redis. */
        GATEWAY_REDIS,
        /** A notify node and a Redis. */
        NOTIFY_REDIS,
        /** A replica and its primary. */
        REPLICATION;

        /** For reports. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
