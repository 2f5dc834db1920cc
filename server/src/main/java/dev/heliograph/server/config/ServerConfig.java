package dev.heliograph.server.config;

import io.helidon.config.Config;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Everything that an operator can set, under the key {@code heliograph}. Defaults and their reasons
 * stand in {@code application.yaml}; a key such as {@code heliograph.redis.uri} is also read from
 * the environment as {@code HELIOGRAPH_REDIS_URI}.
 *
 * @param roles what this process does
 * @param node name of this process among all of the installation; part of mailbox keys and logs
 * @param bindAddress address that all listeners bind to
 * @param httpPort port of {@code /v1/connect} and the console; 0 picks a free one
 * @param grpcPort port of the Notify API; 0 picks a free one
 * @param adminPort port of health and metrics; 0 picks a free one
 * @param tls which of the listeners speak TLS
 */
public record ServerConfig(
        Set<Role> roles,
        String node,
        String bindAddress,
        int httpPort,
        int grpcPort,
        int adminPort,
        TlsConfig tls,
        RedisConfig redis,
        LogConfig log,
        GatewayConfig gateway,
        DegradationConfig degradation,
        AuthConfig auth,
        ConsoleConfig console) {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);

    /**
     * Reads and checks everything.
     *
     * @throws IllegalArgumentException naming the first key that is wrong, and its value
     */
    public static ServerConfig create(Config config) {
        ConfigReader reader = new ConfigReader(config);
        Set<Role> roles = reader.roles();
        TlsConfig tls = TlsConfig.read(reader);
        return new ServerConfig(
                roles,
                reader.node(),
                reader.requiredText("bind-address", "it has to be an IP address"),
                reader.integer("http-port", 0, 65_535),
                reader.integer("grpc-port", 0, 65_535),
                reader.integer("admin-port", 0, 65_535),
                tls,
                new RedisConfig(
                        reader.redisUri(),
                        reader.duration("redis.command-timeout", Duration.ofMillis(100), DAY),
                        reader.integer("redis.replicas", 0, 100)),
                new LogConfig(
                        reader.integer("log.max-length", 1, 1_000_000),
                        reader.duration("log.retention", SECOND, DAY.multipliedBy(366)),
                        reader.duration("log.idempotency-window", SECOND, DAY)),
                gateway(reader, roles, tls),
                DegradationConfig.read(reader),
                new AuthConfig(
                        reader.requiredText(
                                "auth.jwks",
                                "it has to be the file or http(s) URL of the JSON Web Key Set whose"
                                        + " keys sign tokens"),
                        reader.duration("auth.jwks-refresh", SECOND, DAY),
                        reader.requiredText("auth.issuer", "it is the iss of every token"),
                        reader.requiredText("auth.audience", "it is the aud of every token")),
                new ConsoleConfig(
                        reader.path("console.path"), reader.path("console.dev-key-file")));
    }

    private static GatewayConfig gateway(ConfigReader reader, Set<Role> roles, TlsConfig tls) {
        OptionalInt connections = reader.integerOrAuto("gateway.max-connections", 1, 1_000_000);
        int maxSubscriptions = reader.integer("gateway.max-subscriptions", 1, 10_000);
        return new GatewayConfig(
                reader.duration("gateway.heartbeat-interval", Duration.ofMillis(100), DAY),
                reader.duration("gateway.heartbeat-timeout", Duration.ofMillis(100), DAY),
                reader.duration("gateway.hello-timeout", Duration.ofMillis(100), DAY),
                reader.integer("gateway.max-message-bytes", 1024, 1 << 20),
                maxSubscriptions,
                roles.contains(Role.GATEWAY)
                        ? OpenFiles.ofProcess()
                                .maxConnections(
                                        connections,
                                        roles.contains(Role.NOTIFY),
                                        tls.http().isPresent())
                        : connections.orElse(0),
                reader.integer("gateway.outbox-soft-limit-bytes", 1024, 1 << 24),
                reader.duration("gateway.stall-timeout", Duration.ofMillis(100), DAY),
                new MovesConfig(
                        reader.duration("gateway.drain-delay", Duration.ZERO, DAY),
                        reader.duration("gateway.drain-time", Duration.ZERO, DAY),
                        reader.durationOrNone(
                                "gateway.max-connection-age", SECOND, DAY.multipliedBy(366)),
                        reader.bool("gateway.rebalance")),
                new LimitsConfig(
                        reader.duration("gateway.handshake-timeout", Duration.ofMillis(100), DAY),
                        reader.integer("gateway.max-connections-per-ip", 0, 1_000_000),
                        reader.integer("gateway.max-connections-per-user", 0, 1_000_000),
                        reader.integerOrAuto("gateway.max-frames-per-second", 1, 1_000_000)
                                .orElseGet(() -> LimitsConfig.framesPerSecond(maxSubscriptions)),
                        reader.addressRanges("gateway.trusted-proxies"),
                        reader.bool("gateway.proxy-protocol"),
                        reader.origins("gateway.allowed-origins")));
    }

    /** What a process does. Every combination works; both is the default. */
    public enum Role {
        /** Serves the Notify API over gRPC. */
        NOTIFY,
        /** Holds device connections. */
        GATEWAY
    }

    /**
     * Where the log lives.
     *
     * @param uri {@code redis://[:password@]host:port[/db]}, {@code
     *     redis-sentinel://[:password@]sentinel:port,…[/db]#name} or {@code
     *     redis-cluster://[:password@]host:port,…}; each with {@code rediss} for TLS
     * @param commandTimeout after this a command counts as failed with an unknown outcome
     * @param replicas how many replicas each primary has when all is well; REPLICATED and FSYNCED
     *     wait for all of them
     */
    public record RedisConfig(URI uri, Duration commandTimeout, int replicas) {

        /** The servers that it names, without user, password and the rest. */
        public String servers() {
            String authority = uri.getRawAuthority();
            return authority.substring(authority.lastIndexOf('@') + 1);
        }
    }

    /**
     * What the log keeps.
     *
     * @param maxLength notifications per channel, approximately (Redis trims whole nodes)
     * @param retention age after which a notification is no longer delivered
     * @param idempotencyWindow how long an idempotency key is remembered, at least
     */
    public record LogConfig(int maxLength, Duration retention, Duration idempotencyWindow) {}

    /**
     * Device connections.
     *
     * @param heartbeatInterval how often each session gets a Heartbeat
     * @param heartbeatTimeout a peer silent for interval + timeout is dead
     * @param helloTimeout time from the upgrade to Hello
     * @param maxMessageBytes largest message from a device
     * @param maxSubscriptions most subscriptions of one session
     * @param maxConnections most connections of this process, never more than its files carry; more
     *     are refused with 503
     * @param outboxSoftLimitBytes above this a session leaves live mode and is served from the log
     *     as its socket drains
     * @param stallTimeout a socket that takes no bytes for this long is closed with 4008
     * @param moves when devices are asked to move to another gateway
     * @param limits who may connect, and how much of each
     */
    public record GatewayConfig(
            Duration heartbeatInterval,
            Duration heartbeatTimeout,
            Duration helloTimeout,
            int maxMessageBytes,
            int maxSubscriptions,
            int maxConnections,
            int outboxSoftLimitBytes,
            Duration stallTimeout,
            MovesConfig moves,
            LimitsConfig limits) {}

    /**
     * When devices are asked to move to another gateway.
     *
     * @param drainDelay how long a draining node is only unready, so that load balancers notice
     * @param drainTime over how long the GoAways of a drain are spread
     * @param maxAge how long a connection may stay, ±10 % drawn for each; empty: for ever
     * @param rebalance whether a node that holds many more than the others lets some go
     */
    public record MovesConfig(
            Duration drainDelay,
            Duration drainTime,
            Optional<Duration> maxAge,
            boolean rebalance) {}

    /**
     * What keeps strangers from taking a gateway for themselves.
     *
     * @param handshakeTimeout how long a socket may take for its first request
     * @param perIp most connections from one address, IPv6 by /64; 0: no limit
     * @param perUser most connections of one user on this gateway; 0: no limit
     * @param framesPerSecond what a device may send in the long run; twice as many at once
     * @param trustedProxies whose word on the address of a client counts
     * @param proxyProtocol whether each connection begins with a PROXY protocol header
     * @param allowedOrigins the web pages that may connect
     */
    public record LimitsConfig(
            Duration handshakeTimeout,
            int perIp,
            int perUser,
            int framesPerSecond,
            List<AddressRange> trustedProxies,
            boolean proxyProtocol,
            AllowedOrigins allowedOrigins) {

        /**
         * Twice what the SDKs can send: they acknowledge each subscription up to ten times a
         * second.
         */
        private static final int FRAMES_PER_SUBSCRIPTION = 2 * 10;

        /** Room for Hello, heartbeats and Pings where subscriptions are few. */
        private static final int LEAST_FRAMES = 200;

        static int framesPerSecond(int maxSubscriptions) {
            return Math.max(LEAST_FRAMES, FRAMES_PER_SUBSCRIPTION * maxSubscriptions);
        }
    }

    /**
     * Whose tokens are trusted.
     *
     * @param jwks file path or http(s) URL of a JSON Web Key Set
     * @param jwksRefresh how often the set is read again; an unknown {@code kid} also triggers it,
     *     at most once a second
     * @param issuer required {@code iss}
     * @param audience required {@code aud}
     */
    public record AuthConfig(String jwks, Duration jwksRefresh, String issuer, String audience) {}

    /**
     * The console at {@code /}.
     *
     * @param path directory with the built console; empty: no console
     * @param devKeyFile JWK file with a private HS256 key: the console may then mint tokens and
     *     send notifications for anyone who can reach the port. For development on one's own
     *     machine only; empty: the user pastes tokens
     */
    public record ConsoleConfig(Optional<Path> path, Optional<Path> devKeyFile) {}
}
