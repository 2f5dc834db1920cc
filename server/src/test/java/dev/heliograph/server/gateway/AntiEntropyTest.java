package dev.heliograph.server.gateway;

import static dev.heliograph.server.gateway.GatewayFixture.subscribe;
import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import dev.heliograph.proto.device.v1.Notification;
import dev.heliograph.proto.device.v1.Outcome;
import dev.heliograph.proto.log.v1.Envelope;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.StateComparison;
import io.helidon.metrics.api.Counter;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.Tag;
import io.helidon.service.registry.Services;
import io.lettuce.core.ScriptOutputType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Losses that nothing else would show before the channel's next notification, if ever. */
class AntiEntropyTest {

    private static final AntiEntropy.Pace FAST =
            new AntiEntropy.Pace(Duration.ofMillis(100), Duration.ofMillis(50));

    private static final AtomicInteger USERS = new AtomicInteger();

    private static GatewayFixture fixture;
    private static Gateway gateway;

    private final String user = "lost" + USERS.incrementAndGet();
    private final Channel inbox = Channel.user("default", user);

    @BeforeAll
    static void start() {
        fixture = new GatewayFixture();
        gateway = fixture.gateway("one", GatewayFixture.CONFIG, FAST);
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    private static long repairs(String reason) {
        return Services.get(MeterRegistry.class)
                .counter("heliograph_repairs", Set.of(Tag.create("reason", reason)))
                .map(Counter::count)
                .orElse(0L);
    }

    private FakeTransport live() {
        return live(gateway);
    }

    private FakeTransport live(Gateway at) {
        FakeTransport phone = fixture.device(at, user, "phone");
        subscribe(phone, inbox.path());
        fixture.append(inbox, "a");
        eventually("a", () -> phone.ids().equals(List.of("a")));
        return phone;
    }

    @Test
    void anInterestThatRedisLostIsRegisteredAgainAndWhatCameMeanwhileIsDelivered() {
        FakeTransport phone = live();
        long before = repairs("interest");
        fixture.redis.commands().hdel(stateKey(), "@" + gateway.registry().mailbox(inbox));
        fixture.append(inbox, "b");
        eventually("b is found", () -> phone.ids().equals(List.of("a", "b")));
        assertThat(repairs("interest") > before, is(true));
        fixture.append(inbox, "c");
        eventually("c comes by the mailbox", () -> phone.ids().equals(List.of("a", "b", "c")));
    }

    @Test
    void anEntryThatNeverReachedTheMailboxIsDelivered() {
        FakeTransport phone = live();
        long before = repairs("head");
        storeUnseen("b");
        eventually("b is found", () -> phone.ids().equals(List.of("a", "b")));
        assertThat(repairs("head") > before, is(true));
    }

    @Test
    void aStateThatIsGoneIsFoundAndTheDeviceIsTold_R8() {
        FakeTransport phone = live();
        fixture.redis.commands().del(stateKey(), stateKey().replace(":c:", ":s:"));
        phone.await(
                "EPOCH",
                f -> f.hasSubscribed() && f.getSubscribed().getOutcome() == Outcome.OUTCOME_EPOCH);
    }

    @Test
    void aBusyChannelIsNotTakenForALostOne() {
        Gateway busy =
                fixture.gateway(
                        "busy",
                        GatewayFixture.CONFIG,
                        new AntiEntropy.Pace(
                                Duration.ofMillis(100), AntiEntropy.Pace.DEFAULT.lookAgain()));
        FakeTransport phone = live(busy);
        long before = repairs("head") + repairs("interest");
        for (int i = 1; i <= 1_000; i++) {
            fixture.append(inbox, "n" + i);
        }
        eventually("all", () -> phone.seqs().size() == 1_001);
        assertThat(repairs("head") + repairs("interest"), is(before));
    }

    @Test
    void portionsAreOfOnePartitionAndHoldAll() {
        List<Channel> all =
                IntStream.range(0, 40_000).mapToObj(i -> Channel.user("default", "u" + i)).toList();
        List<List<Channel>> portions = StateComparison.portions(all);
        Set<Channel> seen = new HashSet<>();
        portions.forEach(seen::addAll);
        assertThat(seen, hasSize(40_000));
        for (List<Channel> portion : portions) {
            assertThat(portion.size(), lessThanOrEqualTo(256));
        }
        assertThat(portions.size(), lessThanOrEqualTo(64 * 3 + 10));
    }

    /** Stores an entry as a publish does whose message to the mailbox is lost. */
    private void storeUnseen(String id) {
        byte[] envelope =
                Envelope.newBuilder()
                        .setNotification(Notification.newBuilder().setId(id))
                        .build()
                        .toByteArray();
        fixture.redis
                .commands()
                .eval(
                        """
                        local last = redis.call('HMGET', KEYS[1], 's', 'l', 'f')
                        local seq = string.format('%.0f', last[1] + 1)
                        local at = redis.call('XADD', KEYS[2], '*', 's', seq, 'p', last[2] .. '.' .. last[3],
                            'f', 'abcdef01', 'd', ARGV[1])
                        redis.call('HSET', KEYS[1], 's', seq, 'l', at, 'f', 'abcdef01')
                        """,
                        ScriptOutputType.STATUS,
                        new String[] {stateKey(), stateKey().replace(":c:", ":s:")},
                        new String(envelope, StandardCharsets.UTF_8));
    }

    private String stateKey() {
        return fixture.redis.commands().keys("hg:{*}:c:default/" + inbox.path()).getFirst();
    }
}
