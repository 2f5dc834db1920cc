package dev.heliograph.server.websocket;

import dev.heliograph.proto.device.v1.Deliver;
import dev.heliograph.proto.device.v1.Notification;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.server.auth.Principal;
import dev.heliograph.server.auth.TokenException;
import dev.heliograph.server.config.AllowedOrigins;
import dev.heliograph.server.config.ServerConfig.GatewayConfig;
import dev.heliograph.server.config.ServerConfig.LimitsConfig;
import dev.heliograph.server.config.ServerConfig.MovesConfig;
import dev.heliograph.server.gateway.Frame;
import dev.heliograph.server.gateway.Peer;
import dev.heliograph.server.gateway.SessionFactory;
import dev.heliograph.server.gateway.SessionHandler;
import dev.heliograph.server.observe.ConnectionLog;
import dev.heliograph.server.observe.GatewayMetrics;
import io.helidon.common.tls.Tls;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A real Helidon server on a free loopback port with the WebSocket transport and recording
 * sessions. Tokens are words: {@code good-<user>}, {@code expired}, {@code no-scope}, {@code
 * bad-user}; any other is not trusted.
 */
final class GatewayFixture implements AutoCloseable, SessionFactory {

    static final int MAX_MESSAGE = 16_384;
    static final int SOFT_LIMIT = 256 * 1024;

    /** Limits that no test reaches by accident. */
    static final LimitsConfig NO_LIMITS =
            new LimitsConfig(
                    Duration.ofSeconds(10),
                    0,
                    0,
                    1_000_000,
                    List.of(),
                    false,
                    new AllowedOrigins(List.of()));

    private final Map<String, BlockingQueue<RecordingSession>> sessions = new ConcurrentHashMap<>();
    volatile Admission admission = new Admission.Admitted();
    volatile Peer lastPeer;
    private final WebSocketGateway gateway;
    private final WebServer server;

    GatewayFixture() {
        this(Duration.ofSeconds(30));
    }

    GatewayFixture(Duration stallTimeout) {
        this(stallTimeout, Optional.empty());
    }

    /** One that speaks TLS, if this is present. */
    GatewayFixture(Duration stallTimeout, Optional<Tls> tls) {
        this(stallTimeout, 1_000, NO_LIMITS, tls);
    }

    GatewayFixture(int maxConnections, LimitsConfig limits) {
        this(Duration.ofSeconds(30), maxConnections, limits, Optional.empty());
    }

    private GatewayFixture(
            Duration stallTimeout, int maxConnections, LimitsConfig limits, Optional<Tls> tls) {
        GatewayConfig config =
                new GatewayConfig(
                        Duration.ofSeconds(25),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(10),
                        MAX_MESSAGE,
                        100,
                        maxConnections,
                        SOFT_LIMIT,
                        stallTimeout,
                        new MovesConfig(
                                Duration.ZERO, Duration.ofSeconds(1), Optional.empty(), false),
                        limits);
        gateway =
                WebSocketGateway.create(
                        config,
                        GatewayFixture::verify,
                        this,
                        new GatewayMetrics(),
                        new ConnectionLog());
        WebServerConfig.Builder builder =
                WebServer.builder().address(InetAddress.getLoopbackAddress()).port(0);
        tls.ifPresent(builder::tls);
        gateway.configure(builder);
        server =
                builder.routing(
                                routing ->
                                        routing.register(gateway.verdicts())
                                                .get("/hello", (_, res) -> res.send("hello")))
                        .build()
                        .start();
    }

    int port() {
        return server.port();
    }

    /** The next session of alice. */
    RecordingSession session() throws InterruptedException {
        return session("alice");
    }

    /** The next session of a user. */
    RecordingSession session(String user) throws InterruptedException {
        return sessions(user).poll(10, TimeUnit.SECONDS);
    }

    boolean noSessions() {
        return sessions.isEmpty();
    }

    private BlockingQueue<RecordingSession> sessions(String user) {
        return sessions.computeIfAbsent(user, _ -> new LinkedBlockingQueue<>());
    }

    /** A frame with a payload of so many bytes. */
    static Frame frame(int payloadBytes) {
        return Frame.of(
                ServerFrame.newBuilder()
                        .setDeliver(
                                Deliver.newBuilder()
                                        .setNotification(
                                                Notification.newBuilder()
                                                        .setType("x".repeat(payloadBytes))))
                        .build());
    }

    @Override
    public Admission admit(Peer peer) {
        lastPeer = peer;
        return admission;
    }

    @Override
    public SessionHandler open(Principal principal) {
        RecordingSession session = new RecordingSession();
        sessions(principal.subject()).add(session);
        return session;
    }

    @Override
    public void close() {
        server.stop();
        gateway.close();
    }

    private static Principal verify(String token) throws TokenException {
        return switch (token) {
            case "expired" ->
                    throw new TokenException(
                            TokenException.Reason.EXPIRED, "The token expired at noon");
            case "no-scope" -> principal("alice", "notify");
            case "bad-user" -> principal("a user", Principal.SCOPE_CONNECT);
            default -> {
                if (!token.startsWith("good-")) {
                    throw new TokenException(TokenException.Reason.UNTRUSTED, "Unknown key");
                }
                yield principal(token.substring(5), Principal.SCOPE_CONNECT);
            }
        };
    }

    private static Principal principal(String subject, String scope) {
        return new Principal(
                "default",
                subject,
                Optional.empty(),
                Set.of(scope),
                List.of(),
                Instant.now().plusSeconds(60));
    }
}
