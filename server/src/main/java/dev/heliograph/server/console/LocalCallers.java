package dev.heliograph.server.console;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lets in only what runs on this machine, and of browser pages only our own. A name in {@code Host}
 * that is not this machine's is how DNS rebinding shows; an {@code Origin} other than our own is a
 * foreign page's request.
 */
final class LocalCallers {

    private static final Set<String> LOOPBACK_HOSTS = Set.of("localhost", "127.0.0.1", "[::1]");

    private static final Pattern AUTHORITY =
            Pattern.compile("(\\[[0-9a-f:.]+]|[^:\\[\\]]+)(:\\d{1,5})?");

    private LocalCallers() {}

    static void require(ServerRequest request) throws ApiError {
        if (!(request.remotePeer().address() instanceof InetSocketAddress peer)
                || !peer.getAddress().isLoopbackAddress()) {
            throw ApiError.forbidden("The development API serves this machine only");
        }
        String host =
                request.headers()
                        .first(HeaderNames.HOST)
                        .orElse("")
                        .toLowerCase(java.util.Locale.ROOT);
        Matcher authority = AUTHORITY.matcher(host);
        if (!authority.matches() || !LOOPBACK_HOSTS.contains(authority.group(1))) {
            throw ApiError.forbidden(
                    "The Host of the development API has to be localhost, 127.0.0.1 or [::1]");
        }
        Optional<String> origin = request.headers().first(HeaderNames.ORIGIN);
        String own = (request.isSecure() ? "https://" : "http://") + host;
        if (origin.isPresent() && !origin.get().equals(own)) {
            throw ApiError.forbidden("The Origin of the development API has to be its own, " + own);
        }
    }
}
