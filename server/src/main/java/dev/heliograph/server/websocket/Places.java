package dev.heliograph.server.websocket;

import dev.heliograph.server.auth.Principal;
import dev.heliograph.server.config.AddressRange;
import dev.heliograph.server.config.ServerConfig.GatewayConfig;
import dev.heliograph.server.gateway.Peer;
import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many upgraded connections there may be: on this node, from one address, of one user. Counted
 * here, from the upgrade to the end of the socket, since a socket costs a file whether or not a
 * session has come of it. Any thread; nothing blocks.
 */
final class Places {

    /** What an IPv6 customer gets at least: whoever has one address has all of these. */
    private static final int IPV6_NETWORK_BITS = 64;

    private final int perNode;
    private final int perIp;
    private final int perUser;
    private final AtomicInteger taken = new AtomicInteger();
    private final ConcurrentHashMap<Object, Integer> counts = new ConcurrentHashMap<>();

    Places(GatewayConfig config) {
        perNode = config.maxConnections();
        perIp = config.limits().perIp();
        perUser = config.limits().perUser();
    }

    /** Which limit is reached. */
    enum Full {
        NODE("overloaded", "This gateway takes no connections at the moment"),
        IP("ip_limit", "There are as many connections from this address as there may be"),
        USER("user_limit", "The user has as many connections as there may be");

        private final String reason;
        private final String message;

        Full(String reason, String message) {
            this.reason = reason;
            this.message = message;
        }

        /** For metrics. */
        String reason() {
            return reason;
        }

        /** For the peer. */
        String message() {
            return message;
        }
    }

    /** One connection's place; leaving it more than once does nothing. */
    final class Place {

        private final Object network;
        private final Object user;
        private final AtomicBoolean left = new AtomicBoolean();

        private Place(Object network, Object user) {
            this.network = network;
            this.user = user;
        }

        void leave() {
            if (left.compareAndSet(false, true)) {
                give(network, perIp);
                give(user, perUser);
                taken.decrementAndGet();
            }
        }
    }

    /** An address, or a network of them. */
    private record Network(InetAddress first) {}

    private record User(String tenant, String subject) {}

    /** What {@link #take} would answer now, for one who may not come in anyway. */
    Optional<Full> full(Peer peer, Optional<Principal> principal) {
        if (taken.get() >= perNode) {
            return Optional.of(Full.NODE);
        }
        if (perIp > 0 && count(network(peer)) >= perIp) {
            return Optional.of(Full.IP);
        }
        if (perUser > 0 && principal.isPresent() && count(user(principal.get())) >= perUser) {
            return Optional.of(Full.USER);
        }
        return Optional.empty();
    }

    /** A place; empty when there is none, for the reason that {@link #full} then has. */
    Optional<Place> take(Peer peer, Optional<Principal> principal) {
        Object network = network(peer);
        Object user = principal.map(Places::user).orElse(null);
        if (taken.incrementAndGet() <= perNode) {
            if (take(network, perIp)) {
                if (take(user, perUser)) {
                    return Optional.of(new Place(network, user));
                }
                give(network, perIp);
            }
        }
        taken.decrementAndGet();
        return Optional.empty();
    }

    int taken() {
        return taken.get();
    }

    private int count(Object key) {
        return counts.getOrDefault(key, 0);
    }

    private boolean take(Object key, int limit) {
        if (limit == 0 || key == null) {
            return true;
        }
        boolean[] taken = {false};
        counts.compute(
                key,
                (_, count) -> {
                    int now = count == null ? 0 : count;
                    taken[0] = now < limit;
                    return taken[0] ? Integer.valueOf(now + 1) : count;
                });
        return taken[0];
    }

    private void give(Object key, int limit) {
        if (limit > 0 && key != null) {
            counts.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
        }
    }

    private Object network(Peer peer) {
        if (perIp == 0) {
            return null;
        }
        String ip = peer.ip();
        int scope = ip.indexOf('%');
        InetAddress address = InetAddress.ofLiteral(scope < 0 ? ip : ip.substring(0, scope));
        int bits = Math.min(address.getAddress().length * Byte.SIZE, IPV6_NETWORK_BITS);
        return new Network(AddressRange.prefix(address, bits));
    }

    private static Object user(Principal principal) {
        return new User(principal.tenant(), principal.subject());
    }
}
