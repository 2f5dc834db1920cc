package dev.heliograph.server.websocket;

import dev.heliograph.server.gateway.Encoding;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.webserver.websocket.WsUpgrader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a connection attempt says in its headers.
 *
 * @param encoding of the first subprotocol offered that is known (C-1)
 * @param tokens every token found (C-3); one is right
 * @param origin the page that a browser acts for
 */
record ConnectRequest(Optional<Encoding> encoding, List<String> tokens, Optional<String> origin) {

    private static final String BEARER = "Bearer ";
    private static final String TOKEN_SUBPROTOCOL = "heliograph.token.";

    static ConnectRequest parse(Headers headers) {
        Optional<Encoding> encoding = Optional.empty();
        List<String> tokens = new ArrayList<>(1);
        for (String credentials : values(headers, HeaderNames.AUTHORIZATION)) {
            if (credentials.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
                tokens.add(credentials.substring(BEARER.length()).strip());
            }
        }
        for (String list : values(headers, WsUpgrader.PROTOCOL)) {
            for (String offered : list.split(",", -1)) {
                String protocol = offered.strip();
                if (protocol.startsWith(TOKEN_SUBPROTOCOL)) {
                    tokens.add(protocol.substring(TOKEN_SUBPROTOCOL.length()));
                } else if (encoding.isEmpty()) {
                    encoding = encoding(protocol);
                }
            }
        }
        return new ConnectRequest(encoding, tokens, origin(values(headers, HeaderNames.ORIGIN)));
    }

    private static Optional<Encoding> encoding(String subprotocol) {
        for (Encoding encoding : Encoding.values()) {
            if (encoding.subprotocol().equals(subprotocol)) {
                return Optional.of(encoding);
            }
        }
        return Optional.empty();
    }

    /** Several are none that may connect: a proxy may have looked at another than this gateway. */
    private static Optional<String> origin(List<String> origins) {
        return origins.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", origins));
    }

    private static List<String> values(Headers headers, HeaderName name) {
        return headers.contains(name) ? headers.get(name).allValues() : List.of();
    }
}
