package dev.heliograph.server.websocket;

import dev.heliograph.server.config.AddressRange;
import dev.heliograph.server.gateway.Peer;
import io.helidon.common.socket.PeerInfo;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.webserver.ProxyProtocolData;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * Reads from a request who is at the other end. What a proxy says of its client counts only if the
 * proxy is trusted: anyone can send a header. {@code Forwarded} is not read, since a proxy that
 * sets only one of the two headers passes the other on as the client made it up.
 */
final class Peers {

    /** Longest user agent in logs: real ones are shorter, and clients can send 16 KB. */
    private static final int MAX_USER_AGENT = 200;

    private static final HeaderName FORWARDED_FOR = HeaderNames.X_FORWARDED_FOR;

    private final List<AddressRange> trustedProxies;

    Peers(List<AddressRange> trustedProxies) {
        this.trustedProxies = trustedProxies;
    }

    Peer of(PeerInfo socket, Optional<ProxyProtocolData> proxy, Headers headers) {
        String agent =
                headers.contains(HeaderNames.USER_AGENT)
                        ? headers.get(HeaderNames.USER_AGENT).get()
                        : "";
        return new Peer(
                ip(socket, proxy, headers),
                agent.length() <= MAX_USER_AGENT ? agent : agent.substring(0, MAX_USER_AGENT));
    }

    private String ip(PeerInfo socket, Optional<ProxyProtocolData> proxy, Headers headers) {
        if (!(socket.address() instanceof InetSocketAddress address)
                || !trusted(address.getAddress())) {
            return socket.host();
        }
        InetAddress nearest =
                proxy.flatMap(data -> literal(data.sourceAddress())).orElse(address.getAddress());
        // Helidon adds the address of the PROXY header at the end of this one.
        return client(nearest, headers).getHostAddress();
    }

    /** Each proxy adds at the end whom it heard: from there on, the first who is no proxy. */
    private InetAddress client(InetAddress nearest, Headers headers) {
        InetAddress client = nearest;
        if (!headers.contains(FORWARDED_FOR)) {
            return client;
        }
        List<String> hops =
                headers.get(FORWARDED_FOR).allValues().stream()
                        .flatMap(line -> List.of(line.split(",", -1)).stream())
                        .toList();
        for (String hop : hops.reversed()) {
            Optional<InetAddress> before = literal(hop.strip());
            if (!trusted(client) || before.isEmpty()) {
                break;
            }
            client = before.get();
        }
        return client;
    }

    private boolean trusted(InetAddress address) {
        return trustedProxies.stream().anyMatch(range -> range.contains(address));
    }

    private static Optional<InetAddress> literal(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
