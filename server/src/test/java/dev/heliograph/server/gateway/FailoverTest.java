package dev.heliograph.server.gateway;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import com.google.protobuf.util.Timestamps;
import dev.heliograph.proto.device.v1.Notification;
import dev.heliograph.proto.log.v1.Envelope;
import dev.heliograph.server.config.ServerConfig.RedisConfig;
import dev.heliograph.server.log.AckLevel;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.LogAppender.Append;
import dev.heliograph.server.log.LogAppender.Idempotency;
import dev.heliograph.server.log.LogException;
import dev.heliograph.server.redis.LocalCluster;
import dev.heliograph.server.redis.LocalSentinel;
import dev.heliograph.server.redis.RedisServer;
import dev.heliograph.server.redis.TopologyOptions;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Gateways on real Sentinels and on a real Redis Cluster, whose primaries are killed, stopped and
 * replaced.
 */
class FailoverTest {

    private static final Duration FAIL_AFTER = Duration.ofSeconds(1);

    /** A failover, the pipes' and readers' way to the new primary, and a busy machine. */
    private static final Duration RECOVERY = Duration.ofSeconds(60);

    @Test
    void aDeviceBehindSentinelGetsEverythingReplicatedThoughThePrimaryIsKilled() throws Exception {
        try (LocalSentinel redis =
                        LocalSentinel.start(
                                TopologyOptions.DEFAULTS
                                        .withReplicas(2)
                                        .withFailAfter(FAIL_AFTER));
                GatewayFixture fixture = new GatewayFixture(config(redis.uri(), 2))) {
            Channel inbox = Channel.user("default", "alice");
            FakeTransport phone = fixture.device(fixture.gateway("one"), "alice", "phone");
            GatewayFixture.subscribe(phone, inbox.path());
            Sender sender = new Sender(fixture, inbox);
            sender.send(20, AckLevel.REPLICATED);
            RedisServer killed = redis.primary();
            killed.kill();
            // One of two replicas is the primary now: nothing can be confirmed by two until the
            // killed one is back.
            sender.send(20, AckLevel.ACCEPTED);
            assertThat(redis.primary().name(), is(not(killed.name())));
            killed.start();
            sender.send(20, AckLevel.REPLICATED);
            eventually(
                    () -> "all of " + sender.sent + " in order, got " + phone.frames(),
                    RECOVERY,
                    () -> phone.ids().equals(sender.sent));
        }
    }

    @Test
    void aPrimaryThatWasAsleepWhileItWasReplacedIsLeftAlone() throws Exception {
        try (LocalSentinel redis =
                        LocalSentinel.start(TopologyOptions.DEFAULTS.withFailAfter(FAIL_AFTER));
                GatewayFixture fixture = new GatewayFixture(config(redis.uri(), 1))) {
            Channel inbox = Channel.user("default", "bob");
            FakeTransport phone = fixture.device(fixture.gateway("one"), "bob", "phone");
            GatewayFixture.subscribe(phone, inbox.path());
            Sender sender = new Sender(fixture, inbox);
            sender.send(5, AckLevel.REPLICATED);
            RedisServer asleep = redis.primary();
            asleep.pause();
            eventually(
                    "another primary",
                    RECOVERY,
                    () -> !redis.primary().name().equals(asleep.name()));
            asleep.resume();
            sender.send(20, AckLevel.ACCEPTED);
            eventually(
                    () -> "all 25 in order, got " + phone.ids(),
                    RECOVERY,
                    () -> phone.ids().equals(sender.sent));
        }
    }

    @Test
    void aClusterHasEveryPartitionAndAFailoverOfOneServerIsSurvived() throws Exception {
        try (LocalCluster redis =
                        LocalCluster.start(TopologyOptions.DEFAULTS.withFailAfter(FAIL_AFTER));
                GatewayFixture fixture = new GatewayFixture(config(redis.uri(), 1))) {
            Gateway gateway = fixture.gateway("one");
            List<Sender> senders =
                    IntStream.range(0, 12)
                            .mapToObj(
                                    i -> new Sender(fixture, Channel.user("default", "user-" + i)))
                            .toList();
            List<FakeTransport> phones = new ArrayList<>();
            for (Sender sender : senders) {
                FakeTransport phone = fixture.device(gateway, sender.channel.name(), "phone");
                GatewayFixture.subscribe(phone, sender.channel.path());
                phones.add(phone);
            }
            for (Sender sender : senders) {
                sender.send(5, AckLevel.REPLICATED);
            }
            RedisServer killed = redis.primaries().getFirst();
            killed.kill();
            for (Sender sender : senders) {
                sender.send(5, AckLevel.ACCEPTED);
            }
            killed.start();
            for (Sender sender : senders) {
                sender.send(5, AckLevel.REPLICATED);
            }
            for (int i = 0; i < phones.size(); i++) {
                FakeTransport phone = phones.get(i);
                List<String> sent = senders.get(i).sent;
                eventually(
                        () -> "all of " + sent + ", got " + phone.ids(),
                        RECOVERY,
                        () -> phone.ids().equals(sent));
            }
        }
    }

    @Test
    void slotsMoveToAnotherServerWhileNotificationsComeIn() throws Exception {
        try (LocalCluster redis = LocalCluster.start(TopologyOptions.DEFAULTS);
                GatewayFixture fixture = new GatewayFixture(config(redis.uri(), 1))) {
            Channel inbox = Channel.user("default", "carol");
            FakeTransport phone = fixture.device(fixture.gateway("one"), "carol", "phone");
            GatewayFixture.subscribe(phone, inbox.path());
            Sender sender = new Sender(fixture, inbox);
            sender.send(20, AckLevel.ACCEPTED);
            SlotMove move = SlotMove.begin(redis, "hg:*:c:default/" + inbox.path());
            // Scripts need all their keys on one server: these wait until the slot has moved.
            Thread sending = Thread.startVirtualThread(() -> sender.send(20, AckLevel.ACCEPTED));
            move.moveKeys(1);
            move.finish();
            sending.join();
            sender.send(20, AckLevel.ACCEPTED);
            eventually(
                    () -> "all 80 in order, got " + phone.ids(),
                    RECOVERY,
                    () -> phone.ids().equals(sender.sent));
        }
    }

    private static RedisConfig config(URI uri, int replicas) {
        return new RedisConfig(uri, Duration.ofSeconds(2), replicas);
    }

    /** A backend that repeats a call with the same key until it is OK. */
    private static final class Sender {
        private static final Duration RETRY = Duration.ofMillis(50);

        private final GatewayFixture fixture;
        private final Channel channel;
        private final List<String> sent = new ArrayList<>();

        private Sender(GatewayFixture fixture, Channel channel) {
            this.fixture = fixture;
            this.channel = channel;
        }

        void send(int count, AckLevel level) {
            for (int i = 0; i < count; i++) {
                String id = channel.name() + "-" + sent.size();
                send(id, level);
                sent.add(id);
            }
        }

        private void send(String id, AckLevel level) {
            Notification notification =
                    Notification.newBuilder().setId(id).setCreateTime(Timestamps.now()).build();
            byte[] envelope =
                    Envelope.newBuilder().setNotification(notification).build().toByteArray();
            Append append =
                    new Append(
                            channel, id, envelope, Optional.of(new Idempotency(id, "hash")), level);
            long deadline = System.nanoTime() + RECOVERY.toNanos();
            while (true) {
                try {
                    fixture.log.appender().append(append).join();
                    return;
                } catch (CompletionException e) {
                    boolean again =
                            e.getCause() instanceof LogException.Unavailable
                                    || e.getCause() instanceof LogException.Unconfirmed;
                    if (!again || System.nanoTime() > deadline) {
                        throw e;
                    }
                    LockSupport.parkNanos(RETRY.toNanos());
                }
            }
        }
    }
}
