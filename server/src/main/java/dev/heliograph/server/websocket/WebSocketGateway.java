package dev.heliograph.server.websocket;

import dev.heliograph.server.auth.TokenVerifier;
import dev.heliograph.server.config.OpenFiles;
import dev.heliograph.server.config.ServerConfig.GatewayConfig;
import dev.heliograph.server.config.ServerConfig.LimitsConfig;
import dev.heliograph.server.gateway.SessionFactory;
import dev.heliograph.server.observe.ConnectionLog;
import dev.heliograph.server.observe.GatewayMetrics;
import dev.heliograph.server.websocket.GatewayUpgrader.Doors;
import io.helidon.common.socket.SocketOptions;
import io.helidon.http.Headers;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionListener;
import io.helidon.webserver.http1.Http1ConnectionSelector;

/**
 * The WebSocket side of a Helidon listener. To wire it, call {@link #configure} on the listener's
 * builder (a {@code WebServerConfig.Builder} is one), register {@link #verdicts} in its HTTP
 * routing beside any other routes, and {@link #close} this after the server has stopped.
 */
public final class WebSocketGateway implements AutoCloseable {

    /** Flushers per core: they mostly wait, in a system call or for work. */
    private static final int FLUSHERS_PER_CORE = 2;

    /**
     * Kernel send buffer of a connection. One gather fits, and a device that does not read cannot
     * hide megabytes in the kernel.
     */
    private static final int SEND_BUFFER_BYTES = WebSocketTransport.GATHER_BYTES;

    /**
     * Connections that the kernel keeps for the listener, as far as {@code net.core.somaxconn} lets
     * it: those beyond try again after seconds.
     */
    private static final int BACKLOG = 16_384;

    private final Wiring wiring;
    private final ConnectPolicy policy;
    private final Doors doors;
    private final SessionFactory sessions;
    private final ConnectionLog log;

    private WebSocketGateway(
            GatewayConfig config,
            TokenVerifier tokens,
            SessionFactory sessions,
            GatewayMetrics metrics,
            ConnectionLog log) {
        int count = FLUSHERS_PER_CORE * Runtime.getRuntime().availableProcessors();
        this.wiring = new Wiring(config, new Flushers(count, config.stallTimeout()), metrics);
        LimitsConfig limits = config.limits();
        // Of the spare sockets the other half is for those that are being refused or closed.
        int arrivals = OpenFiles.spareSockets(config.maxConnections()) / 2;
        this.doors =
                new Doors(
                        new Peers(limits.trustedProxies()),
                        new Arrivals(limits.handshakeTimeout(), arrivals, metrics, log),
                        new Places(config),
                        new Readers());
        this.policy = new ConnectPolicy(tokens, sessions, limits.allowedOrigins(), doors.places());
        this.sessions = sessions;
        this.log = log;
    }

    /** A gateway whose flushers run. */
    public static WebSocketGateway create(
            GatewayConfig config,
            TokenVerifier tokens,
            SessionFactory sessions,
            GatewayMetrics metrics,
            ConnectionLog log) {
        WebSocketGateway gateway = new WebSocketGateway(config, tokens, sessions, metrics, log);
        metrics.watchOutboxBytes(gateway.wiring.flushers()::queuedBytes);
        metrics.watchSocketsTakenOver(SocketInternals::canTakeOver);
        return gateway;
    }

    /**
     * Makes the listener speak HTTP/1.1 and WebSocket only, with the socket options that many idle
     * connections need.
     */
    public void configure(ListenerConfig.BuilderBase<?, ?> listener) {
        listener.protocolsDiscoverServices(false)
                .addConnectionSelector(
                        Http1ConnectionSelector.builder()
                                .config(http())
                                .addUpgrader(upgrader("websocket"))
                                .addUpgrader(upgrader("WebSocket"))
                                .build());
        listener.backlog(BACKLOG);
        // Without NIO a connection has one buffer of 8 KiB less.
        listener.useNio(false);
        listener.connectionOptions(
                new AcceptedSockets(
                        SocketOptions.builder()
                                .tcpNoDelay(true)
                                .socketSendBufferSize(SEND_BUFFER_BYTES)
                                .build(),
                        doors.arrivals()));
        listener.enableProxyProtocol(wiring.config().limits().proxyProtocol());
        // The surplus gets its 503 from the upgrader, where Helidon would leave it waiting.
        int devices = wiring.config().maxConnections();
        listener.maxTcpConnections(devices + OpenFiles.spareSockets(devices));
    }

    private Http1Config http() {
        return Http1Config.builder()
                .addReceiveListener(
                        new Http1ConnectionListener() {
                            @Override
                            public void headers(ConnectionContext context, Headers headers) {
                                doors.arrivals().requested(context);
                            }
                        })
                .build();
    }

    /** {@code GET /v1/connect} for requests that are no upgrade. */
    public HttpService verdicts() {
        return new VerdictEndpoint(policy, doors.peers());
    }

    /** Where devices come in that have no WebSocket. */
    public HttpDoor door() {
        return new HttpDoor(policy, doors, wiring.metrics(), log);
    }

    /** Counts bytes that were queued (positive), or written or dropped (negative), for metrics. */
    public void countQueued(long bytes) {
        wiring.flushers().countQueued(bytes);
    }

    /** Ends the connections that still stand, and then the flushers. */
    @Override
    public void close() {
        doors.arrivals().close();
        doors.readers().close();
        wiring.flushers().close();
    }

    private GatewayUpgrader upgrader(String upgradeValue) {
        return new GatewayUpgrader(upgradeValue, policy, sessions, wiring, doors, log);
    }
}
