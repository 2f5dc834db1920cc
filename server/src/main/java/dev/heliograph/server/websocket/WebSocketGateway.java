package dev.heliograph.server.websocket;

import dev.heliograph.server.auth.TokenVerifier;
import dev.heliograph.server.config.ServerConfig.GatewayConfig;
import dev.heliograph.server.gateway.SessionFactory;
import dev.heliograph.server.observe.ConnectionLog;
import dev.heliograph.server.observe.GatewayMetrics;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.time.Duration;

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
     * Sockets above {@code maxConnections}: the surplus gets its 503 from the upgrader, where
     * Helidon would leave it waiting in the backlog; verdicts and the console need some too.
     */
    private static final int EXTRA_SOCKETS = 512;

    /** A socket that has sent no whole request for this long is not going to upgrade. */
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);

    private static final Duration IDLE_CHECK_PERIOD = Duration.ofSeconds(15);

    private final Wiring wiring;
    private final ConnectPolicy policy;
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
        this.policy = new ConnectPolicy(tokens, sessions);
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
                                .config(Http1Config.create())
                                .addUpgrader(upgrader("websocket"))
                                .addUpgrader(upgrader("WebSocket"))
                                .build());
        // Without NIO a connection has one buffer of 8 KiB less.
        listener.useNio(false);
        listener.connectionOptions(
                options -> options.tcpNoDelay(true).socketSendBufferSize(SEND_BUFFER_BYTES));
        listener.maxTcpConnections(wiring.config().maxConnections() + EXTRA_SOCKETS);
        listener.idleConnectionTimeout(IDLE_TIMEOUT);
        listener.idleConnectionPeriod(IDLE_CHECK_PERIOD);
    }

    /** {@code GET /v1/connect} for requests that are no upgrade. */
    public HttpService verdicts() {
        return new VerdictEndpoint(policy);
    }

    /** Ends the flushers: connections that still stand get nothing more. */
    @Override
    public void close() {
        wiring.flushers().close();
    }

    private GatewayUpgrader upgrader(String upgradeValue) {
        return new GatewayUpgrader(upgradeValue, policy, sessions, wiring, log);
    }
}
