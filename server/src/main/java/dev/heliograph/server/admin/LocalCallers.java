package dev.heliograph.server.admin;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lets in only what runs on this machine, and of browser pages only our own. A name in {@code Host}
 * that is not this machine's is how DNS rebinding shows; an {@code Origin} other than our own is a
 * foreign page's request.
 */
public final class LocalCallers {

    private static final Set<String> LOOPBACK_HOSTS = Set.of("localhost", "127.0.0.1", "[::1]");

    private static final Pattern AUTHORITY =
            Pattern.compile("(\\[[0-9a-f:.]+]|[^:\\[\\]]+)(:\\d{1,5})?");

    private LocalCallers() {}

    /**
     * Why a request may not come in; empty when it may.
     *
     * @param what is asked for, such as "the development API"
     */
    public static Optional<String> refusal(ServerRequest request, String what) {
        if (!(request.remotePeer().address() instanceof InetSocketAddress peer)
                || !peer.getAddress().isLoopbackAddress()) {
            return Optional.of("Only this machine may use " + what);
        }
        String host = request.headers().first(HeaderNames.HOST).orElse("").toLowerCase(Locale.ROOT);
        Matcher authority = AUTHORITY.matcher(host);
        if (!authority.matches() || !LOOPBACK_HOSTS.contains(authority.group(1))) {
            return Optional.of("The Host of " + what + " has to be localhost, 127.0.0.1 or [::1]");
        }
        Optional<String> origin = request.headers().first(HeaderNames.ORIGIN);
        String own = (request.isSecure() ? "https://" : "http://") + host;
        if (origin.isPresent() && !origin.get().equals(own)) {
            return Optional.of("The Origin of " + what + " has to be its own, " + own);
        }
        return Optional.empty();
    }
}
