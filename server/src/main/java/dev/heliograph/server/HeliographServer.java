package dev.heliograph.server;

import dev.heliograph.server.admin.DrainService;
import dev.heliograph.server.auth.JwtVerifier;
import dev.heliograph.server.auth.TokenIssuer;
import dev.heliograph.server.config.OpenFiles;
import dev.heliograph.server.config.ServerConfig;
import dev.heliograph.server.config.ServerConfig.Role;
import dev.heliograph.server.console.ConsoleService;
import dev.heliograph.server.fallback.FallbackService;
import dev.heliograph.server.gateway.Gateway;
import dev.heliograph.server.log.LogAppender;
import dev.heliograph.server.log.LogStore;
import dev.heliograph.server.notify.LogNotifier;
import dev.heliograph.server.observe.ConnectionLog;
import dev.heliograph.server.observe.GatewayMetrics;
import dev.heliograph.server.observe.Health;
import dev.heliograph.server.observe.NotifyMetrics;
import dev.heliograph.server.tls.TlsListeners;
import dev.heliograph.server.websocket.WebSocketGateway;
import io.helidon.common.socket.SocketOptions;
import io.helidon.common.tls.Tls;
import io.helidon.health.HealthCheckType;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.service.registry.Services;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.observe.ObserveFeature;
import io.helidon.webserver.observe.health.HealthObserver;
import io.helidon.webserver.observe.metrics.MetricsObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One process of an installation: three listeners and the parts behind them. Port {@code http} has
 * the devices and the console, {@code grpc} the Notify API, {@code admin} health, metrics and
 * drains.
 */
public final class HeliographServer {

    private static final System.Logger LOGGER = System.getLogger(HeliographServer.class.getName());

    private static final String GRPC = "grpc";
    private static final String ADMIN = "admin";

    /** A console's token: it fetches another before this one ends. */
    private static final Duration CONSOLE_TOKEN_LIFE = Duration.ofHours(1);

    private final ServerConfig config;
    private final TlsListeners tls;
    private final JwtVerifier verifier;
    private final Optional<LogStore> store;
    private final Optional<Gateway> gateway;
    private final Optional<WebSocketGateway> webSockets;
    private final Optional<FallbackService> fallback;
    private final Optional<NotifyApi> notifyApi;
    private final Health health = new Health();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final WebServer web;

    private HeliographServer(
            ServerConfig config, TlsListeners tls, LogAppender log, Optional<LogStore> store) {
        this.config = config;
        this.tls = tls;
        this.store = store;
        this.verifier = JwtVerifier.create(config.auth());
        NotifyMetrics notifyMetrics = new NotifyMetrics();
        LogNotifier notifier =
                new LogNotifier(
                        log,
                        notifyMetrics,
                        config.log().retention(),
                        config.redis().commandTimeout().multipliedBy(2),
                        Clock.systemUTC());
        this.notifyApi =
                config.roles().contains(Role.NOTIFY)
                        ? Optional.of(
                                new NotifyApi(notifier, verifier.remembering(), notifyMetrics))
                        : Optional.empty();
        GatewayMetrics gatewayMetrics = new GatewayMetrics();
        ConnectionLog connectionLog = new ConnectionLog();
        this.gateway =
                store.filter(present -> config.roles().contains(Role.GATEWAY))
                        .map(
                                logs ->
                                        new Gateway(
                                                config.node(),
                                                config.gateway(),
                                                verifier,
                                                logs,
                                                gatewayMetrics,
                                                connectionLog,
                                                config.degradation()));
        this.webSockets =
                gateway.map(
                        sessions ->
                                WebSocketGateway.create(
                                        config.gateway(),
                                        verifier,
                                        sessions,
                                        gatewayMetrics,
                                        connectionLog));
        this.fallback =
                gateway.map(
                        sessions ->
                                new FallbackService(
                                        config.gateway(),
                                        sessions,
                                        store.orElseThrow(),
                                        webSockets.orElseThrow().door(),
                                        gatewayMetrics,
                                        webSockets.orElseThrow()::countQueued));
        health.readyWhen("not-draining", () -> !stopped.get());
        gateway.ifPresent(it -> health.readyWhen("mailboxes", it::accepting));
        gateway.ifPresent(it -> health.readyWhen("log-path", it::logPathWorks));
        this.web = web(notifier);
    }

    /**
     * A server that is connected to its log and not started yet.
     *
     * @throws IllegalArgumentException when a certificate or its key cannot be used, naming the key
     *     of the configuration and the file
     * @throws IllegalStateException when Redis, a key set or the console cannot be read
     */
    public static HeliographServer create(ServerConfig config) {
        TlsListeners tls = tls(config);
        LogStore store = LogConnection.open(config);
        try {
            return new HeliographServer(config, tls, store.appender(), Optional.of(store));
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /** One that writes to a given log and has no gateway. */
    static HeliographServer create(ServerConfig config, LogAppender log) {
        return new HeliographServer(config, tls(config), log, Optional.empty());
    }

    private static TlsListeners tls(ServerConfig config) {
        return TlsListeners.create(config.tls(), config.gateway().limits().handshakeTimeout());
    }

    private WebServer web(LogNotifier notifier) {
        WebServerConfig.Builder builder = WebServer.builder().shutdownHook(false);
        OpenFiles files = OpenFiles.ofProcess();
        listener(builder, config.httpPort(), tls.http(), files.httpConnections());
        HttpRouting.Builder routing = HttpRouting.builder();
        webSockets.ifPresent(
                it -> {
                    it.configure(builder);
                    routing.register(it.verdicts());
                });
        fallback.ifPresent(routing::register);
        if (config.console().path().isPresent() || config.console().devKeyFile().isPresent()) {
            routing.register(console(notifier));
        }
        builder.addRouting(routing);
        builder.addFeature(observe());
        builder.putSocket(
                ADMIN,
                admin -> {
                    listener(admin, config.adminPort(), tls.admin(), files.adminConnections());
                    HttpRouting.Builder own = HttpRouting.builder();
                    gateway.ifPresent(it -> own.register(new DrainService(it.draining())));
                    admin.addRouting(own);
                });
        notifyApi.ifPresent(
                api -> {
                    builder.putSocket(
                            GRPC,
                            grpc -> {
                                listener(
                                        grpc,
                                        config.grpcPort(),
                                        tls.grpc(),
                                        files.grpcConnections());
                                grpc.protocolsDiscoverServices(false)
                                        .addConnectionSelector(api.connections())
                                        .addRouting(api.routing());
                            });
                });
        return builder.build();
    }

    /**
     * Opens the ports.
     *
     * @throws IllegalStateException when a port cannot be bound, naming its key
     */
    public HeliographServer start() {
        gateway.ifPresent(Gateway::awaitReady);
        web.start();
        if (!web.isRunning()) {
            /* It has logged the reason and closed the other ports, but throws nothing. */
            stop();
            throw BusyPort.explain(config);
        }
        tls.start();
        LOGGER.log(
                System.Logger.Level.INFO,
                "Heliograph is up: node {0}, roles {1}, http port {2}, grpc port {3}, admin port {4}",
                config.node(),
                config.roles(),
                Integer.toString(httpPort()),
                notifyApi.isPresent() ? Integer.toString(grpcPort()) : "none",
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

    /** The certificates of the listeners. */
    TlsListeners tls() {
        return tls;
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
        notifyApi.ifPresent(NotifyApi::leave);
        gateway.ifPresent(Gateway::drain);
        web.stop();
        webSockets.ifPresent(WebSocketGateway::close);
        fallback.ifPresent(FallbackService::close);
        gateway.ifPresent(Gateway::close);
        store.ifPresent(LogStore::close);
        verifier.close();
        tls.close();
        LOGGER.log(System.Logger.Level.INFO, "Heliograph has stopped: node {0}", config.node());
    }

    private void listener(
            ListenerConfig.BuilderBase<?, ?> listener,
            int port,
            Optional<Tls> secured,
            int maxConnections) {
        secured.ifPresent(listener::tls);
        listener.host(config.bindAddress())
                .port(port)
                .maxTcpConnections(maxConnections)
                .useNio(false)
                .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build());
    }

    private ConsoleService console(LogNotifier notifier) {
        try {
            return ConsoleService.create(
                    config, version(), this::grpcPort, notifier, consoleTokens());
        } catch (IOException e) {
            throw new UncheckedIOException("The console cannot be read: " + e.getMessage(), e);
        }
    }

    private ConsoleService.DeviceTokens consoleTokens() throws IOException {
        Optional<Path> key = config.console().devKeyFile();
        if (key.isEmpty()) {
            return (user, device, topics) -> {
                throw new IllegalStateException("There is no development key");
            };
        }
        TokenIssuer issuer =
                TokenIssuer.create(key.get(), config.auth().issuer(), config.auth().audience());
        return (user, device, topics) -> issuer.device(user, topics, device, CONSOLE_TOKEN_LIFE);
    }

    /** As the jar's manifest says. */
    private static String version() {
        String version = HeliographServer.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
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
                // The registry of our meters: by itself the observer makes another one.
                .addObserver(
                        MetricsObserver.create(
                                it -> it.meterRegistry(Services.get(MeterRegistry.class))))
                .build();
    }
}
