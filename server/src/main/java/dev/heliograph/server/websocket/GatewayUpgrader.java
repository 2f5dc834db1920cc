package dev.heliograph.server.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.heliograph.server.auth.Principal;
import dev.heliograph.server.gateway.Encoding;
import dev.heliograph.server.gateway.Peer;
import dev.heliograph.server.gateway.SessionFactory;
import dev.heliograph.server.gateway.SessionHandler;
import dev.heliograph.server.observe.ConnectionLog;
import io.helidon.common.buffers.BufferData;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsUpgrader;
import java.nio.channels.SocketChannel;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Answers the WebSocket handshake on {@code /v1/connect} (C-1 to C-7) and makes the connections.
 */
final class GatewayUpgrader extends WsUpgrader {

    private static final int KEY_BYTES = 16;

    private final String upgradeValue;
    private final ConnectPolicy policy;
    private final SessionFactory sessions;
    private final Wiring wiring;
    private final Doors doors;
    private final ConnectionLog log;

    /** What stands between a socket and its session. */
    record Doors(Peers peers, Arrivals arrivals, Places places, Readers readers) {}

    /**
     * An upgrader for one spelling of the Upgrade header: RFC 6455 ignores case, Helidon's lookup
     * does not.
     */
    GatewayUpgrader(
            String upgradeValue,
            ConnectPolicy policy,
            SessionFactory sessions,
            Wiring wiring,
            Doors doors,
            ConnectionLog log) {
        super(WsConfig.create());
        this.upgradeValue = upgradeValue;
        this.policy = policy;
        this.sessions = sessions;
        this.wiring = wiring;
        this.doors = doors;
        this.log = log;
    }

    @Override
    public String supportedProtocol() {
        return upgradeValue;
    }

    /** The connection, or null for other paths, which HTTP routes answer. */
    @Override
    public ServerConnection upgrade(
            ConnectionContext context, HttpPrologue prologue, WritableHeaders<?> headers) {
        if (!VerdictEndpoint.PATH.equals(prologue.uriPath().path())
                || !Method.GET.equals(prologue.method())) {
            return null;
        }
        Peer peer = doors.peers().of(context.remotePeer(), context.proxyProtocolData(), headers);
        ConnectRequest request = ConnectRequest.parse(headers);
        Optional<Verdict.Refused> malformed = malformed(request, headers);
        Verdict verdict = malformed.isPresent() ? malformed.get() : policy.decide(request, peer);
        return switch (verdict) {
            case Verdict.Refused refused -> throw refuse(context, peer, refused);
            case Verdict.Expired _ ->
                    accept(
                            context,
                            request,
                            headers,
                            peer,
                            Optional.empty(),
                            () -> new ExpiredSession());
            case Verdict.Welcome welcome ->
                    accept(
                            context,
                            request,
                            headers,
                            peer,
                            Optional.of(welcome.principal()),
                            () -> sessions.open(welcome.principal()));
        };
    }

    /** Why a request is no upgrade, if it is none. */
    static Optional<Verdict.Refused> malformed(ConnectRequest request, Headers headers) {
        String problem = null;
        if (!saysUpgrade(headers)) {
            problem = "The Connection header does not say Upgrade";
        } else if (!headers.contains(WS_VERSION)
                || !SUPPORTED_VERSION.equals(headers.get(WS_VERSION).get())) {
            problem = "Sec-WebSocket-Version has to be 13";
        } else if (!headers.contains(WS_KEY)
                || headers.get(WS_KEY).valueCount() > 1
                || !validKey(headers.get(WS_KEY).get())) {
            problem = "Sec-WebSocket-Key has to be there once and 16 bytes in base64";
        } else if (request.encoding().isEmpty()) {
            problem =
                    "Offer the subprotocol "
                            + Encoding.PROTO.subprotocol()
                            + " or "
                            + Encoding.JSON.subprotocol();
        }
        return Optional.ofNullable(problem).map(ConnectPolicy::badRequest);
    }

    private static boolean saysUpgrade(Headers headers) {
        return headers.contains(HeaderNames.CONNECTION)
                && headers.get(HeaderNames.CONNECTION).allValues().stream()
                        .flatMap(list -> Stream.of(list.split(",", -1)))
                        .anyMatch(option -> option.strip().equalsIgnoreCase("upgrade"));
    }

    private static boolean validKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private ServerConnection accept(
            ConnectionContext context,
            ConnectRequest request,
            WritableHeaders<?> headers,
            Peer peer,
            Optional<Principal> principal,
            Supplier<SessionHandler> session) {
        Places.Place place = place(context, peer, principal);
        Encoding encoding = request.encoding().orElseThrow();
        String answer =
                SWITCHING_PROTOCOL_PREFIX
                        + hash(context, headers.get(WS_KEY).get())
                        + "\r\nSec-WebSocket-Protocol: "
                        + encoding.subprotocol()
                        + SWITCHING_PROTOCOLS_SUFFIX;
        Wire wire = wire(context, doors.arrivals().left(context));
        // Helidon's thread, which may stay with the connection, holds them and the token in them.
        headers.clear();
        try {
            write(context, answer.getBytes(US_ASCII));
            return new UpgradedConnection(
                    context,
                    new WebSocketConnection(wiring, wire, encoding, peer, session, place),
                    doors.readers());
        } catch (RuntimeException e) {
            place.leave();
            throw e;
        }
    }

    private static Wire wire(ConnectionContext context, Optional<SocketChannel> socket) {
        return socket.isPresent() && !context.isSecure()
                ? new ChannelWire(socket.get())
                : new ServerWire(context.serverSocket());
    }

    /** Many may have been let in at once for the last one. */
    private Places.Place place(
            ConnectionContext context, Peer peer, Optional<Principal> principal) {
        Optional<Places.Place> place = doors.places().take(peer, principal);
        if (place.isEmpty()) {
            Places.Full full = doors.places().full(peer, principal).orElse(Places.Full.NODE);
            throw refuse(context, peer, ConnectPolicy.full(full));
        }
        return place.get();
    }

    private CloseConnectionException refuse(
            ConnectionContext context, Peer peer, Verdict.Refused refused) {
        var _ = doors.arrivals().left(context);
        log.refused(peer, refused.reason(), refused.message());
        wiring.metrics().connectionRefused(refused.reason());
        byte[] body = refused.json().getBytes(UTF_8);
        StringBuilder head =
                new StringBuilder(256)
                        .append("HTTP/1.1 ")
                        .append(Status.create(refused.status()).text())
                        .append("\r\nConnection: close\r\nContent-Type: application/json")
                        .append("\r\nContent-Length: ")
                        .append(body.length);
        switch (refused.status()) {
            case 400 -> head.append("\r\nSec-WebSocket-Version: ").append(SUPPORTED_VERSION);
            case 401 -> head.append("\r\nWWW-Authenticate: Bearer");
            case 503 -> head.append("\r\nRetry-After: ").append(refused.retryAfterSeconds());
            default -> {}
        }
        head.append("\r\n\r\n");
        byte[] answer = new byte[head.length() + body.length];
        System.arraycopy(head.toString().getBytes(US_ASCII), 0, answer, 0, head.length());
        System.arraycopy(body, 0, answer, head.length(), body.length);
        write(context, answer);
        return new CloseConnectionException("Refused: " + refused.code());
    }

    private static void write(ConnectionContext context, byte[] bytes) {
        try {
            context.dataWriter().writeNow(BufferData.create(bytes));
        } catch (RuntimeException e) {
            throw new CloseConnectionException("The peer left during the handshake", e);
        }
    }
}
