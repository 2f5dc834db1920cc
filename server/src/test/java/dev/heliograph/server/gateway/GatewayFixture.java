package dev.heliograph.server.gateway;

import com.google.protobuf.util.Timestamps;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.Hello;
import dev.heliograph.proto.device.v1.Notification;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Start;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.proto.device.v1.Subscribed;
import dev.heliograph.proto.log.v1.Envelope;
import dev.heliograph.server.auth.Principal;
import dev.heliograph.server.auth.TokenException;
import dev.heliograph.server.config.AllowedOrigins;
import dev.heliograph.server.config.ServerConfig.GatewayConfig;
import dev.heliograph.server.config.ServerConfig.LimitsConfig;
import dev.heliograph.server.config.ServerConfig.MovesConfig;
import dev.heliograph.server.config.ServerConfig.RedisConfig;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.LogAppender.Append;
import dev.heliograph.server.log.LogStore;
import dev.heliograph.server.observe.ConnectionLog;
import dev.heliograph.server.observe.GatewayMetrics;
import dev.heliograph.server.testkit.Eventually;
import dev.heliograph.server.testkit.TestRedis;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Gateways on one real Redis, and devices without sockets. */
final class GatewayFixture implements AutoCloseable {

    static final LimitsConfig LIMITS =
            new LimitsConfig(
                    Duration.ofSeconds(10),
                    0,
                    0,
                    1_000,
                    List.of(),
                    false,
                    new AllowedOrigins(List.of()));

    static final MovesConfig AT_ONCE =
            new MovesConfig(Duration.ZERO, Duration.ZERO, Optional.empty(), false);

    static final GatewayConfig CONFIG =
            new GatewayConfig(
                    Duration.ofSeconds(25),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(10),
                    16_384,
                    3,
                    100,
                    262_144,
                    Duration.ofSeconds(30),
                    AT_ONCE,
                    LIMITS);

    private static final AtomicInteger SUB_IDS = new AtomicInteger();

    /** Null where the test has brought servers of its own. */
    final TestRedis redis;

    final LogStore log;
    private final List<Gateway> gateways = new ArrayList<>();

    /** On one Redis, started for this. */
    GatewayFixture() {
        redis = TestRedis.start();
        log = LogStore.connect(redis.config(), TestRedis.logConfig());
    }

    /** On servers of the test's own. */
    GatewayFixture(RedisConfig servers) {
        redis = null;
        log = LogStore.connect(servers, TestRedis.logConfig());
    }

    Gateway gateway(String node) {
        return gateway(node, CONFIG);
    }

    Gateway gateway(String node, GatewayConfig config) {
        return gateway(node, config, AntiEntropy.Pace.DEFAULT);
    }

    Gateway gateway(String node, GatewayConfig config, AntiEntropy.Pace pace) {
        return gateway(node, config, new Paces(pace, Rebalance.Pace.DEFAULT));
    }

    Gateway gateway(String node, GatewayConfig config, Paces paces) {
        return gateway(node, config, paces, Degradation.Measures.NONE);
    }

    Gateway gateway(String node, GatewayConfig config, Degradation.Measures measures) {
        return gateway(node, config, Paces.DEFAULT, measures);
    }

    private Gateway gateway(
            String node, GatewayConfig config, Paces paces, Degradation.Measures measures) {
        Gateway gateway =
                new Gateway(
                        node,
                        config,
                        GatewayFixture::principalOf,
                        log,
                        new GatewayMetrics(),
                        new ConnectionLog(),
                        paces,
                        measures);
        gateway.awaitReady();
        gateways.add(gateway);
        return gateway;
    }

    /**
     * Stands in for signed tokens: {@code <user> <ms> <device or -> <scope> <topics with commas
     * between>}, anything else is not valid.
     */
    static Principal principalOf(String token) throws TokenException {
        String[] words = token.split(" ", -1);
        if (words.length != 5) {
            throw new TokenException(TokenException.Reason.MALFORMED, "The token is malformed");
        }
        return new Principal(
                "default",
                words[0],
                Optional.of(words[2]).filter(device -> !device.equals("-")),
                Set.of(words[3]),
                List.of(words[4].split(",")),
                Instant.now().plusMillis(Long.parseLong(words[1])));
    }

    /** A connection whose device has not said anything yet. */
    FakeTransport connect(Gateway gateway, String user, String... topics) {
        return connect(gateway, principal(user, Optional.empty(), topics));
    }

    FakeTransport connect(Gateway gateway, Principal principal) {
        return new FakeTransport(gateway.open(principal));
    }

    static Principal principal(String user, Optional<String> device, String... topics) {
        return new Principal(
                "default",
                user,
                device,
                Set.of("connect"),
                List.of(topics),
                Instant.now().plusSeconds(600));
    }

    /** A welcomed device. */
    FakeTransport device(Gateway gateway, String user, String device, String... topics) {
        FakeTransport transport = connect(gateway, user, topics);
        transport.send(ClientFrame.newBuilder().setHello(Hello.newBuilder().setDeviceId(device)));
        transport.await("Welcome", ServerFrame::hasWelcome);
        return transport;
    }

    static Subscribed subscribe(FakeTransport device, String channel, String position) {
        return subscribe(device, Subscribe.newBuilder().setChannel(channel).setPosition(position));
    }

    static Subscribed subscribe(FakeTransport device, String channel) {
        return subscribe(
                device, Subscribe.newBuilder().setChannel(channel).setStart(Start.START_EARLIEST));
    }

    static Subscribed subscribe(FakeTransport device, Subscribe.Builder subscribe) {
        int subId = SUB_IDS.incrementAndGet();
        device.send(ClientFrame.newBuilder().setSubscribe(subscribe.setSubId(subId)));
        return device.await(
                        "Subscribed " + subId,
                        f -> f.hasSubscribed() && f.getSubscribed().getSubId() == subId)
                .getSubscribed();
    }

    void append(Channel channel, String id) {
        append(channel, Notification.newBuilder().setId(id).setCreateTime(Timestamps.now()));
    }

    void append(Channel channel, Notification.Builder notification) {
        append(log, channel, notification);
    }

    private static void append(LogStore log, Channel channel, Notification.Builder notification) {
        byte[] envelope = Envelope.newBuilder().setNotification(notification).build().toByteArray();
        log.appender()
                .append(new Append(channel, notification.getId(), envelope, Optional.empty()))
                .join();
    }

    /** A notify node of its own. */
    Sender sender() {
        return new Sender(LogStore.connect(redis.config(), TestRedis.logConfig()));
    }

    record Sender(LogStore log) implements AutoCloseable {
        void append(Channel channel, String id) {
            GatewayFixture.append(
                    log,
                    channel,
                    Notification.newBuilder().setId(id).setCreateTime(Timestamps.now()));
        }

        @Override
        public void close() {
            log.close();
        }
    }

    /** What {@link #awaitLive} sends, any number of times. */
    static final String HELLO = "hello";

    /** The subscription stands at the head: what is in no log reaches it. */
    void awaitLive(Channel channel, FakeTransport device) {
        Eventually.eventually(
                "live",
                () -> {
                    sendEphemeral(channel, HELLO);
                    return device.frames().stream()
                            .anyMatch(f -> f.getDeliver().getNotification().getId().equals(HELLO));
                });
    }

    /** Sends what is in no log, to this many gateways. */
    int sendEphemeral(Channel channel, String id) {
        Notification notification =
                Notification.newBuilder()
                        .setId(id)
                        .setCreateTime(Timestamps.now())
                        .setEphemeral(true)
                        .build();
        return log.appender()
                .send(
                        channel,
                        Envelope.newBuilder().setNotification(notification).build().toByteArray())
                .join();
    }

    /** Ids of what came, without {@link #HELLO}. */
    static List<String> ids(FakeTransport device) {
        return device.ids().stream().filter(id -> !id.equals(HELLO)).toList();
    }

    void appendAll(Channel channel, String... ids) {
        for (String id : ids) {
            append(channel, id);
        }
    }

    @Override
    public void close() {
        gateways.forEach(Gateway::close);
        log.close();
        if (redis != null) {
            redis.close();
        }
    }
}
