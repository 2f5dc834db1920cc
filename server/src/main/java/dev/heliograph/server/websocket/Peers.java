package dev.heliograph.server.websocket;

import dev.heliograph.server.gateway.Peer;
import io.helidon.common.socket.PeerInfo;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.webserver.ProxyProtocolData;
import java.util.Optional;

/** Reads from a request who is at the other end. */
final class Peers {

    /** Longest user agent in logs: real ones are shorter, and clients can send 16 KB. */
    private static final int MAX_USER_AGENT = 200;

    private Peers() {}

    static Peer of(PeerInfo socket, Optional<ProxyProtocolData> proxy, Headers headers) {
        String ip =
                proxy.map(ProxyProtocolData::sourceAddress)
                        .filter(address -> !address.isEmpty())
                        .orElse(socket.host());
        String agent =
                headers.contains(HeaderNames.USER_AGENT)
                        ? headers.get(HeaderNames.USER_AGENT).get()
                        : "";
        return new Peer(
                ip, agent.length() <= MAX_USER_AGENT ? agent : agent.substring(0, MAX_USER_AGENT));
    }
}
