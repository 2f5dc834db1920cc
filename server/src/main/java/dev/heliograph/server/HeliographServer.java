package dev.heliograph.server;

import dev.heliograph.proto.notify.v1.Notify;
import dev.heliograph.proto.notify.v1.NotifyServiceGrpc;
import dev.heliograph.server.auth.JwtVerifier;
import dev.heliograph.server.config.ServerConfig;
import dev.heliograph.server.config.ServerConfig.Role;
import dev.heliograph.server.log.LogAppender;
import dev.heliograph.server.notify.AuthInterceptor;
import dev.heliograph.server.notify.LogNotifier;
import dev.heliograph.server.notify.NotifyGrpcService;
import dev.heliograph.server.observe.Health;
import dev.heliograph.server.observe.NotifyMetrics;
import io.grpc.ServerInterceptors;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.helidon.common.socket.SocketOptions;
import io.helidon.health.HealthCheckType;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.grpc.GrpcConfig;
import io.helidon.webserver.grpc.GrpcRouting;
import io.helidon.webserver.observe.ObserveFeature;
import io.helidon.webserver.observe.health.HealthObserver;
import io.helidon.webserver.observe.metrics.MetricsObserver;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One process of an installation: three listeners and the parts behind them. Port {@code http} has
 * the devices and the console, {@code grpc} the Notify API, {@code admin} health and metrics.
 */
public final class HeliographServer {

    private static final System.Logger LOGGER = System.getLogger(HeliographServer.class.getName());

    private static final String GRPC = "grpc";
    private static final String ADMIN = "admin";

    /**
     * Connections above the gateway's own limit, so that a surplus client gets an answer (503 or a
     * page of the console) instead of hanging in the backlog.
     */
    private static final int HTTP_MARGIN = 500;

    /** Backends hold a few connections each. */
    private static final int MAX_GRPC_CONNECTIONS = 1_000;

    /** Probes and scrapers. */
    private static final int MAX_ADMIN_CONNECTIONS = 100;

    /** Above the largest valid batch, so that a somewhat larger one gets an answer. */
    private static final int MAX_GRPC_MESSAGE_BYTES = 4 << 20;

    private final ServerConfig config;
    private final JwtVerifier verifier;
    private final Health health = new Health();
    private final HealthStatusManager grpcHealth = new HealthStatusManager();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final WebServer web;

    private HeliographServer(ServerConfig config, LogAppender log) {
        this.config = config;
        this.verifier = JwtVerifier.create(config.auth());
        health.readyWhen("not-draining", () -> !draining.get());
        WebServerConfig.Builder builder = WebServer.builder().shutdownHook(false);
        listener(builder, config.httpPort(), config.gateway().maxConnections() + HTTP_MARGIN);
        builder.addFeature(observe());
        builder.putSocket(
                ADMIN, admin -> listener(admin, config.adminPort(), MAX_ADMIN_CONNECTIONS));
        if (config.roles().contains(Role.NOTIFY)) {
            builder.putSocket(
                    GRPC,
                    grpc -> {
                        listener(grpc, config.grpcPort(), MAX_GRPC_CONNECTIONS);
                        grpc.addProtocol(
                                GrpcConfig.builder()
                                        .enableCompression(false)
                                        .maxReadBufferSize(MAX_GRPC_MESSAGE_BYTES)
                                        .build());
                        grpc.addRouting(notifyRouting(log));
                    });
        }
        this.web = builder.build();
    }

    /** A server that is not started yet. Reads the key set. */
    public static HeliographServer create(ServerConfig config) {
        return create(config, new UnconnectedLog());
    }

    /** The same on a given log. */
    static HeliographServer create(ServerConfig config, LogAppender log) {
        return new HeliographServer(config, log);
    }

    /**
     * Opens the ports.
     *
     * @throws IllegalStateException when a port cannot be bound, naming its key
     */
    public HeliographServer start() {
        web.start();
        if (!web.isRunning()) {
            /* It has logged the reason and closed the other ports, but throws nothing. */
            stop();
            throw BusyPort.explain(config);
        }
        LOGGER.log(
                System.Logger.Level.INFO,
                "Heliograph is up: node {0}, roles {1}, http port {2}, grpc port {3}, admin port {4}",
                config.node(),
                config.roles(),
                Integer.toString(httpPort()),
                config.roles().contains(Role.NOTIFY) ? Integer.toString(grpcPort()) : "none",
                Integer.toString(adminPort()));
        return this;
    }

    /** Port of devices and console. */
    public int httpPort() {
        return web.port();
    }

    /** Port of the Notify API; -1 without the role. */
    public int grpcPort() {
        return web.port(GRPC);
    }

    /** Port of health and metrics. */
    public int adminPort() {
        return web.port(ADMIN);
    }

    /** Where parts register what they need to be ready. */
    Health health() {
        return health;
    }

    /** Turns unready, lets the devices go and closes the ports. Later calls do nothing. */
    public void stop() {
        if (!stopped.compareAndSet(false, true)) {
            return;
        }
        draining.set(true);
        grpcHealth.enterTerminalState();
        web.stop();
        verifier.close();
        LOGGER.log(System.Logger.Level.INFO, "Heliograph has stopped: node {0}", config.node());
    }

    private void listener(ListenerConfig.BuilderBase<?, ?> listener, int port, int maxConnections) {
        listener.host(config.bindAddress())
                .port(port)
                .maxTcpConnections(maxConnections)
                .useNio(false)
                .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build());
    }

    private GrpcRouting.Builder notifyRouting(LogAppender log) {
        NotifyMetrics metrics = new NotifyMetrics();
        LogNotifier notifier =
                new LogNotifier(
                        log,
                        metrics,
                        config.log().retention(),
                        config.redis().commandTimeout().multipliedBy(2),
                        Clock.systemUTC());
        AuthInterceptor auth = new AuthInterceptor(verifier, metrics);
        grpcHealth.setStatus(NotifyServiceGrpc.SERVICE_NAME, ServingStatus.SERVING);
        return GrpcRouting.builder()
                .service(
                        Notify.getDescriptor(),
                        () -> ServerInterceptors.intercept(new NotifyGrpcService(notifier), auth))
                .service(
                        io.grpc.health.v1.HealthProto.getDescriptor(),
                        grpcHealth.getHealthService());
    }

    private ObserveFeature observe() {
        return ObserveFeature.builder()
                .sockets(List.of(ADMIN))
                .observersDiscoverServices(false)
                .addObserver(
                        HealthObserver.builder()
                                .details(true)
                                .useSystemServices(false)
                                .addCheck(health::readiness, HealthCheckType.READINESS, "ready")
                                .addCheck(
                                        () -> Health.listener(config.bindAddress(), httpPort()),
                                        HealthCheckType.LIVENESS,
                                        "http-listener")
                                .build())
                .addObserver(MetricsObserver.create())
                .build();
    }
}
