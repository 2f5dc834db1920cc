package dev.heliograph.server.gateway;

import static dev.heliograph.server.gateway.GatewayFixture.subscribe;
import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Timestamps;
import dev.heliograph.proto.device.v1.Notification;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.log.MailboxGeneration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Topics with many gateways, whose entries go through the broadcast stream. */
class BroadcastTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int GROUPS = 8;

    /** Less than a log keeps: no gateway falls behind it, however slow the machine. */
    private static final int BATCH = 20;

    private final Channel topic = Channel.topic("default", "news");
    private final AtomicInteger appended = new AtomicInteger();

    private GatewayFixture fixture;

    @BeforeEach
    void start() {
        fixture = new GatewayFixture();
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void whileGatewaysComeAndGoEveryDeviceGetsEverythingOnceAndInOrder_D1() {
        List<Gateway> gateways = new ArrayList<>();
        List<FakeTransport> devices = new ArrayList<>();
        for (int i = 1; i <= 9; i++) {
            gateways.add(fixture.gateway("g" + i));
            devices.add(device(gateways.getLast()));
            stream(devices);
            assertThat(i + " interested", broadcasts(), is(i == 9));
        }
        // Who joins now begins in the middle of the broadcast stream.
        gateways.add(fixture.gateway("g10"));
        devices.add(device(gateways.getLast()));
        stream(devices);

        List<FakeTransport> left = new ArrayList<>(devices.subList(0, 3));
        gateways.subList(3, 10).forEach(Gateway::close);
        // Their interests fall with the next 64th broadcast, and then there are three.
        for (int i = 0; broadcasts() && i < 10; i++) {
            stream(left);
        }
        assertThat(broadcasts(), is(false));
        stream(left);
        for (int i = 11; i <= 16; i++) {
            left.add(device(fixture.gateway("g" + i)));
            stream(left);
        }
        assertThat(broadcasts(), is(true));
        devices.addAll(left.subList(3, 9));

        List<Long> all = LongStream.rangeClosed(1, appended.get()).boxed().toList();
        for (FakeTransport device : devices) {
            List<Long> seqs = device.seqs();
            assertThat(seqs, is(all.subList(0, seqs.size())));
        }
    }

    @Test
    void aBroadcastThatWasDroppedUnreadBeginsANewGenerationAndIsReadFromTheLog() {
        Gateway gateway = fixture.gateway("one");
        FakeTransport other = fixture.device(gateway, "other", "phone");
        Channel inbox = Channel.user("default", "other");
        subscribe(other, inbox.path());
        FakeTransport device = device(gateway);
        crowd(8);
        stream(List.of(device));
        assertThat(broadcasts(), is(true));
        String before = gateway.registry().mailbox(topic);

        other.block();
        fixture.append(inbox, "the reader hangs in this one's write");
        other.awaitBlocked();
        append(1);
        fixture.redis.commands().xtrim(stream(), 0);
        other.unblock();

        eventually(
                () -> "the dropped one, got " + device.seqs(),
                LIMIT,
                () -> device.seqs().size() == appended.get());
        assertThat("a new generation", gateway.registry().mailbox(topic).equals(before), is(false));
        stream(List.of(device));
        assertThat(device.seqs(), is(LongStream.rangeClosed(1, appended.get()).boxed().toList()));
    }

    @Test
    void aBroadcastStreamThatIsGoneBeginsANewGenerationAndNothingIsLost() {
        Gateway gateway = fixture.gateway("one");
        FakeTransport device = device(gateway);
        crowd(8);
        stream(List.of(device));
        fixture.redis.commands().del(stream());
        stream(List.of(device));
        eventually("it is made again", LIMIT, () -> fixture.redis.commands().exists(stream()) == 1);
        stream(List.of(device));
        assertThat(fixture.redis.commands().xlen(stream()), is(greaterThan(0L)));
        assertThat(device.seqs(), is(LongStream.rangeClosed(1, appended.get()).boxed().toList()));
    }

    @Test
    void doorbellsAreAnsweredInOrderAmongOtherEntries_D1() {
        Gateway gateway = fixture.gateway("one");
        FakeTransport device = device(gateway);
        FakeTransport second = device(gateway);
        List<FakeTransport> both = List.of(device, second);
        crowd(3);
        mixed(both);
        crowd(8);
        mixed(both);
        assertThat(broadcasts(), is(true));
        for (FakeTransport each : both) {
            assertThat(each.seqs(), is(LongStream.rangeClosed(1, appended.get()).boxed().toList()));
            List<String> ids = each.seqs().stream().map(seq -> "n" + seq).toList();
            assertThat("whole notifications", each.ids(), is(ids));
        }
    }

    /** A device of the topic from its beginning. */
    private FakeTransport device(Gateway gateway) {
        String name = "d" + appended.get() + "-" + System.identityHashCode(gateway) + Math.random();
        FakeTransport device = fixture.device(gateway, name, "phone", topic.name());
        subscribe(device, topic.path());
        return device;
    }

    /** Appends and waits until all have everything. */
    private void stream(List<FakeTransport> devices) {
        append(BATCH);
        await(devices);
    }

    private void append(int count) {
        for (int i = 0; i < count; i++) {
            fixture.append(topic, "n" + appended.incrementAndGet());
        }
    }

    private void await(List<FakeTransport> devices) {
        for (FakeTransport device : devices) {
            eventually(
                    () -> appended + " entries, got " + device.seqs(),
                    LIMIT,
                    () -> device.seqs().size() >= appended.get());
        }
    }

    private void mixed(List<FakeTransport> devices) {
        for (int i = 0; i < 50; i++) {
            append(i % 3);
            fixture.append(
                    topic,
                    Notification.newBuilder()
                            .setId("n" + appended.incrementAndGet())
                            .setCreateTime(Timestamps.now())
                            .setPayload(
                                    ByteString.copyFrom(new byte[i % 2 == 0 ? 4_000 : 20_000])));
        }
        append(2);
        await(devices);
    }

    /** So many other gateways of which only the mailboxes are there. */
    private void crowd(int size) {
        for (int i = 1; i <= size; i++) {
            fixture.redis.commands().xadd(group() + "m:crowd" + i, Map.of("n", "crowd"));
            fixture.log.reader().read(topic, Optional.of("crowd" + i), new From.Head(), 1).join();
        }
    }

    private boolean broadcasts() {
        String state = fixture.redis.commands().keys("hg:{*}:c:default/topic/news").getFirst();
        return fixture.redis.commands().hexists(state, "b");
    }

    private String group() {
        return "hg:{g" + MailboxGeneration.group(topic, GROUPS) + "}:";
    }

    private String stream() {
        return group() + "b";
    }
}
