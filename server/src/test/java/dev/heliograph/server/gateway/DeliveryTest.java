package dev.heliograph.server.gateway;

import static dev.heliograph.server.gateway.GatewayFixture.subscribe;
import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import com.google.protobuf.util.Timestamps;
import dev.heliograph.proto.device.v1.Notification;
import dev.heliograph.proto.device.v1.Outcome;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Skip;
import dev.heliograph.proto.device.v1.SkipReason;
import dev.heliograph.proto.device.v1.Subscribed;
import dev.heliograph.server.log.Channel;
import io.lettuce.core.KillArgs;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** From the log to sessions: live, behind, slow, and after every kind of break. */
class DeliveryTest {

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

    private static List<Long> through(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    private void awaitSeqs(FakeTransport device, long last) {
        eventually(
                "seq " + last + " of " + device.seqs(), () -> device.seqs().equals(through(last)));
    }

    @Test
    void pushesWhatComesToEveryDeviceOfTheUserInOrder_D1() {
        FakeTransport phone = fixture.device(gateway, user, "phone");
        FakeTransport laptop = fixture.device(gateway, user, "laptop");
        assertThat(subscribe(phone, inbox.path()).getNextSeq(), is(1L));
        subscribe(laptop, inbox.path());
        for (int i = 1; i <= 50; i++) {
            fixture.append(inbox, "n" + i);
        }
        awaitSeqs(phone, 50);
        awaitSeqs(laptop, 50);
    }

    @Test
    void replaysMoreThanAPageThenGoesLiveWithoutHoleOrDuplicate_R4() {
        for (int i = 1; i <= 300; i++) {
            fixture.append(inbox, "n" + i);
        }
        FakeTransport phone = fixture.device(gateway, user, "phone");
        Thread publisher =
                Thread.startVirtualThread(
                        () -> {
                            for (int i = 301; i <= 600; i++) {
                                fixture.append(inbox, "n" + i);
                            }
                        });
        subscribe(phone, inbox.path());
        eventually("the publisher ends", () -> !publisher.isAlive());
        awaitSeqs(phone, 600);
    }

    @Test
    void resumesAfterItsPositionOnAnotherGateway_R4_G5() {
        FakeTransport phone = fixture.device(gateway, user, "phone");
        subscribe(phone, inbox.path());
        fixture.appendAll(inbox, "a", "b");
        awaitSeqs(phone, 2);
        String position = phone.frames().getLast().getDeliver().getPosition();
        phone.lose();
        fixture.append(inbox, "c");

        FakeTransport again = fixture.device(fixture.gateway("two"), user, "phone");
        Subscribed subscribed = subscribe(again, inbox.path(), position);

        assertThat(subscribed.getOutcome(), is(Outcome.OUTCOME_OK));
        assertThat(subscribed.getNextSeq(), is(3L));
        eventually("c", () -> again.ids().equals(List.of("c")));
    }

    @Test
    void theHeadPositionOfSubscribedIsOneToResumeFrom_R7() {
        fixture.append(inbox, "before");
        FakeTransport phone = fixture.device(gateway, user, "phone");
        Subscribed head =
                subscribe(
                        phone,
                        dev.heliograph.proto.device.v1.Subscribe.newBuilder()
                                .setChannel(inbox.path()));
        assertThat(head.getNextSeq(), is(2L));
        phone.lose();
        fixture.append(inbox, "after");
        FakeTransport again = fixture.device(gateway, user, "phone");
        subscribe(again, inbox.path(), head.getPosition());
        eventually("after", () -> again.ids().equals(List.of("after")));
    }

    @Test
    void aBrokenChainIsRepairedFromTheLog() {
        FakeTransport phone = fixture.device(gateway, user, "phone");
        subscribe(phone, inbox.path());
        fixture.append(inbox, "a");
        awaitSeqs(phone, 1);
        String state = stateKey();
        Map<String, String> interest = fixture.redis.commands().hgetall(state);
        interest.keySet().removeIf(field -> !field.startsWith("@"));
        assertThat("one gateway is interested", interest.size(), is(1));
        fixture.redis.commands().hdel(state, interest.keySet().toArray(String[]::new));
        fixture.appendAll(inbox, "missed", "missed too");
        fixture.redis.commands().hset(state, interest);
        fixture.append(inbox, "d");
        awaitSeqs(phone, 4);
    }

    @Test
    void aLostMailboxBeginsANewGenerationAndNothingIsLost() {
        FakeTransport phone = fixture.device(gateway, user, "phone");
        subscribe(phone, inbox.path());
        fixture.append(inbox, "a");
        awaitSeqs(phone, 1);
        List<String> mailboxes = fixture.redis.commands().keys("hg:{g*}:m:one.*");
        fixture.redis.commands().del(mailboxes.toArray(String[]::new));
        fixture.appendAll(inbox, "b", "c");
        awaitSeqs(phone, 3);
        assertThat(fixture.redis.commands().exists(mailboxes.toArray(String[]::new)), is(0L));
        fixture.append(inbox, "d");
        awaitSeqs(phone, 4);
    }

    @Test
    void aChannelThatWasLeftDuringANewGenerationIsServedToWhoComesBack() {
        FakeTransport phone = fixture.device(gateway, user, "phone");
        subscribe(phone, inbox.path());
        fixture.append(inbox, "a");
        awaitSeqs(phone, 1);
        phone.send("{\"unsubscribe\":{\"channel\":\"" + inbox.path() + "\"}}");
        List<String> mailboxes = fixture.redis.commands().keys("hg:{g*}:m:one.*");
        fixture.redis.commands().del(mailboxes.toArray(String[]::new));
        eventually(
                "new mailboxes",
                () -> fixture.redis.commands().keys("hg:{g*}:m:one.*").size() == 8);
        FakeTransport again = fixture.device(gateway, user, "again");
        subscribe(again, inbox.path());
        awaitSeqs(again, 1);
        fixture.append(inbox, "b");
        awaitSeqs(again, 2);
    }

    @Test
    void aCutRedisConnectionGoesOnFromItsCursor() {
        FakeTransport phone = fixture.device(gateway, user, "phone");
        subscribe(phone, inbox.path());
        fixture.append(inbox, "a");
        awaitSeqs(phone, 1);
        List<String> mailboxes = fixture.redis.commands().keys("hg:{g*}:m:one.*");
        fixture.redis.commands().clientKill(KillArgs.Builder.typeNormal().skipme());
        eventually(
                "a publish goes through",
                () -> {
                    try {
                        fixture.append(inbox, "b" + fixture.redis.commands().time().getLast());
                        return true;
                    } catch (RuntimeException e) {
                        return false;
                    }
                });
        eventually("both", () -> phone.seqs().size() >= 2);
        assertThat(phone.seqs(), is(through(phone.seqs().size())));
        assertThat(
                fixture.redis.commands().keys("hg:{g*}:m:one.*").containsAll(mailboxes), is(true));
    }

    @Test
    void aLostTailResetsLiveDevicesAsFork_R8() {
        FakeTransport phone = fixture.device(gateway, user, "phone");
        subscribe(phone, inbox.path());
        fixture.append(inbox, "a");
        awaitSeqs(phone, 1);
        String logKey = logKey();
        String stateKey = stateKey();
        byte[] logDump = fixture.redis.commands().dump(logKey);
        Map<String, String> state = fixture.redis.commands().hgetall(stateKey);
        fixture.append(inbox, "lost");
        awaitSeqs(phone, 2);

        // A failover to a replica that lacked the last entry, and with it the mailboxes.
        fixture.redis.commands().del(logKey, stateKey);
        fixture.redis.commands().restore(logKey, 0, logDump);
        fixture.redis.commands().hset(stateKey, state);
        fixture.append(inbox, "instead");
        fixture.redis
                .commands()
                .del(fixture.redis.commands().keys("hg:{g*}:m:one.*").toArray(String[]::new));

        Subscribed reset =
                phone.await(
                                "FORK",
                                f ->
                                        f.hasSubscribed()
                                                && f.getSubscribed().getOutcome()
                                                        == Outcome.OUTCOME_FORK)
                        .getSubscribed();
        assertThat(reset.getNextSeq(), is(1L));
        eventually("the replay", () -> phone.ids().equals(List.of("a", "lost", "a", "instead")));
        fixture.append(inbox, "next");
        eventually("live again", () -> phone.ids().getLast().equals("next"));
    }

    @Test
    void aRebornLogResetsLiveDevicesAsEpoch_R8() {
        FakeTransport phone = fixture.device(gateway, user, "phone");
        subscribe(phone, inbox.path());
        fixture.append(inbox, "a");
        awaitSeqs(phone, 1);
        fixture.redis.commands().del(logKey(), stateKey());
        fixture.redis
                .commands()
                .del(fixture.redis.commands().keys("hg:{g*}:m:one.*").toArray(String[]::new));
        fixture.append(inbox, "new");
        phone.await(
                "EPOCH",
                f -> f.hasSubscribed() && f.getSubscribed().getOutcome() == Outcome.OUTCOME_EPOCH);
        eventually("new", () -> phone.ids().equals(List.of("a", "new")));
    }

    @Test
    void anOldPositionIsAnsweredTrimmedAndWhatIsKeptIsReplayed_R5() {
        FakeTransport phone = fixture.device(gateway, user, "phone");
        String start = subscribe(phone, inbox.path()).getPosition();
        fixture.appendAll(inbox, "a", "b", "c", "d");
        // Later it would be among what the gateway has for two devices.
        awaitSeqs(phone, 4);
        fixture.redis.commands().xtrim(logKey(), 2);
        Subscribed subscribed =
                subscribe(fixture.device(gateway, user, "laptop"), inbox.path(), start);
        assertThat(subscribed.getOutcome(), is(Outcome.OUTCOME_TRIMMED));
        assertThat(subscribed.getNextSeq(), is(3L));
    }

    @Test
    void whatHasExpiredIsSkippedWithItsReason_D5() {
        fixture.append(inbox, "a");
        for (String id : List.of("old", "older")) {
            fixture.append(
                    inbox,
                    Notification.newBuilder()
                            .setId(id)
                            .setExpireTime(Timestamps.fromMillis(System.currentTimeMillis() - 1)));
        }
        fixture.append(inbox, "d");
        FakeTransport phone = fixture.device(gateway, user, "phone");
        subscribe(phone, inbox.path());
        eventually("a and d", () -> phone.ids().equals(List.of("a", "d")));
        Skip skip = phone.await("Skip", ServerFrame::hasSkip).getSkip();
        assertThat(skip.getFromSeq(), is(2L));
        assertThat(skip.getThroughSeq(), is(3L));
        assertThat(skip.getCounts(0).getReason(), is(SkipReason.SKIP_REASON_EXPIRED));
        assertThat(skip.getCounts(0).getCount(), is(2L));
    }

    @Test
    void aSlowDeviceIsServedFromTheLogWhenItsSocketDrainsAndHoldsUpNobody() {
        FakeTransport slow = fixture.device(gateway, user, "slow");
        FakeTransport quick = fixture.device(gateway, user, "quick");
        subscribe(slow, inbox.path());
        subscribe(quick, inbox.path());
        fixture.append(inbox, "n1");
        awaitSeqs(slow, 1);
        slow.stall();
        for (int i = 2; i <= 400; i++) {
            fixture.append(inbox, "n" + i);
        }
        awaitSeqs(quick, 400);
        assertThat("nothing is queued for the slow one", slow.seqs(), contains(1L));
        slow.drain();
        awaitSeqs(slow, 400);
        fixture.append(inbox, "n401");
        awaitSeqs(slow, 401);
    }

    @Test
    void aReplacedSubscriptionSendsNothingAfterTheNewSubscribed_R3() {
        for (int i = 1; i <= 500; i++) {
            fixture.append(inbox, "n" + i);
        }
        FakeTransport phone = fixture.device(gateway, user, "phone");
        for (int round = 0; round < 20; round++) {
            subscribe(phone, inbox.path());
        }
        eventually("the end", () -> !phone.ids().isEmpty() && phone.ids().getLast().equals("n500"));
        long expected = 1;
        for (ServerFrame frame : phone.frames()) {
            if (frame.hasSubscribed()) {
                expected = frame.getSubscribed().getNextSeq();
            } else if (frame.hasDeliver()) {
                assertThat(frame.getDeliver().getSeq(), is(expected++));
            }
        }
    }

    private String stateKey() {
        return key("c");
    }

    private String logKey() {
        return key("s");
    }

    private String key(String kind) {
        return fixture.redis
                .commands()
                .keys("hg:{*}:" + kind + ":default/" + inbox.path())
                .getFirst();
    }
}
