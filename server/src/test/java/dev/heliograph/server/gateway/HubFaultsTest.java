package dev.heliograph.server.gateway;

import static dev.heliograph.server.gateway.GatewayFixture.subscribe;
import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.SkipReason;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.LogAppender.Append;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What must not silence a channel: damage in the log or a mailbox, and changes at a bad moment. */
class HubFaultsTest {

    private static final AtomicInteger USERS = new AtomicInteger();

    private static GatewayFixture fixture;
    private static Gateway gateway;

    private final String user = "user" + USERS.incrementAndGet();
    private final Channel inbox = Channel.user("default", user);

    @BeforeAll
    static void start() {
        fixture = new GatewayFixture();
        gateway = fixture.gateway("one");
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @Test
    void aChannelWhoseMailboxChangedWhileNobodyListenedIsHeardAgain() {
        FakeTransport phone = fixture.device(gateway, user, "phone");
        subscribe(phone, inbox.path());
        fixture.append(inbox, "a");
        eventually("a", () -> phone.ids().equals(List.of("a")));
        phone.lose();
        String before = gateway.registry().mailbox(inbox);
        fixture.redis.commands().del(mailboxKeys());
        eventually("new mailboxes", () -> !gateway.registry().mailbox(inbox).equals(before));

        FakeTransport again = fixture.device(gateway, user, "phone");
        subscribe(again, inbox.path());
        fixture.append(inbox, "b");
        eventually(
                () -> "b comes live, got " + again.ids(),
                () -> again.ids().equals(List.of("a", "b")));
    }

    @Test
    void aDamagedEntryIsSkippedWithItsReasonAndHoldsUpNothing_D5() {
        FakeTransport live = fixture.device(gateway, user, "live");
        subscribe(live, inbox.path());
        fixture.append(inbox, "a");
        fixture.log
                .appender()
                .append(new Append(inbox, "damaged", new byte[] {(byte) 0xFF, 1}, Optional.empty()))
                .join();
        fixture.append(inbox, "b");
        eventually("b", () -> live.ids().equals(List.of("a", "b")));

        FakeTransport replay = fixture.device(gateway, user, "replay");
        subscribe(replay, inbox.path());
        eventually("b again", () -> replay.ids().equals(List.of("a", "b")));
        for (FakeTransport device : List.of(live, replay)) {
            ServerFrame skip = device.await("Skip", ServerFrame::hasSkip);
            assertThat(skip.getSkip().getFromSeq(), is(2L));
            assertThat(skip.getSkip().getThroughSeq(), is(2L));
            assertThat(
                    skip.getSkip().getCounts(0).getReason(), is(SkipReason.SKIP_REASON_UNREADABLE));
        }
    }

    @Test
    void aMailboxMessageThatMakesNoSenseDoesNotStopTheReader() {
        FakeTransport phone = fixture.device(gateway, user, "phone");
        subscribe(phone, inbox.path());
        for (String key : mailboxKeys()) {
            fixture.redis.commands().xadd(key, Map.of("y", "nonsense"));
            fixture.redis.commands().xadd(key, Map.of("c", "default/user/" + user, "s", "x"));
        }
        fixture.append(inbox, "a");
        eventually("a", () -> phone.ids().equals(List.of("a")));
    }

    @Test
    void aSlowDevicesSubscribeWaitsUntilItHasReadWhatItAskedFor() {
        fixture.append(inbox, "a");
        FakeTransport phone = fixture.device(gateway, user, "phone");
        phone.stall();
        phone.send(
                "{\"subscribe\":{\"channel\":\""
                        + inbox.path()
                        + "\",\"subId\":1,\"start\":\"START_EARLIEST\"}}");
        FakeTransport other = fixture.device(gateway, user, "other");
        subscribe(other, inbox.path());
        assertThat(phone.frames().stream().anyMatch(ServerFrame::hasSubscribed), is(false));
        phone.drain();
        eventually("a", () -> phone.ids().equals(List.of("a")));
        fixture.append(inbox, "b");
        eventually("b", () -> phone.ids().equals(List.of("a", "b")));
    }

    @Test
    void replacingASubscriptionThatHasNotBegunGivesItsPlaceBack_R2() {
        FakeTransport phone = fixture.device(gateway, user, "phone");
        phone.stall();
        for (int subId = 1; subId <= 300; subId++) {
            phone.send(
                    "{\"subscribe\":{\"channel\":\"%s\",\"subId\":%d}}"
                            .formatted(inbox.path(), subId));
        }
        phone.drain();
        phone.await(
                "the newest stands", f -> f.hasSubscribed() && f.getSubscribed().getSubId() == 300);
        assertThat(phone.frames().stream().anyMatch(ServerFrame::hasError), is(false));
    }

    @Test
    void whoSendsRefusedFramesAndReadsNoAnswersIsLetGo() {
        FakeTransport rude = fixture.device(gateway, user, "rude");
        rude.stall();
        rude.send("{\"unsubscribe\":{\"channel\":\"user/nobody\"}}");
        assertThat(rude.closeCode(), is(4008));
    }

    @Test
    void afterAPauseOfTheProcessDevicesGetTimeToAnswer_H2() {
        FakeTransport phone = fixture.device(gateway, user, "phone");
        Session session =
                new Session(gateway, GatewayFixture.principal(user, Optional.empty()), "c");
        FakeTransport device = new FakeTransport(session);
        device.send("{\"hello\":{\"deviceId\":\"paused\"}}");
        device.await("Welcome", ServerFrame::hasWelcome);
        device.mute();
        long now = gateway.clockMs();
        HeartbeatWheel wheel =
                new HeartbeatWheel(
                        GatewayFixture.CONFIG.heartbeatInterval(),
                        GatewayFixture.CONFIG.heartbeatTimeout(),
                        now);
        wheel.add(session);
        long afterPause = now + 3_600_000;
        wheel.turn(afterPause);
        wheel.turn(afterPause + 100);
        assertThat(device.closeCode(), is(0));
        assertThat(device.frames().stream().filter(ServerFrame::hasHeartbeat).count(), is(not(0L)));
        for (long at = afterPause; at <= afterPause + 40_000; at += 100) {
            wheel.turn(at);
        }
        assertThat(device.closeCode(), is(4001));
        assertThat(phone.closeCode(), is(0));
    }

    private static String[] mailboxKeys() {
        List<String> keys = fixture.redis.commands().keys("hg:*:m:one.*");
        assertThat(keys.isEmpty(), is(false));
        return keys.toArray(String[]::new);
    }
}
