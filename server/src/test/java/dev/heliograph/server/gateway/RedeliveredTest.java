package dev.heliograph.server.gateway;

import static dev.heliograph.server.gateway.GatewayFixture.subscribe;
import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import dev.heliograph.proto.device.v1.Ack;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.Deliver;
import dev.heliograph.proto.device.v1.Outcome;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Start;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.proto.device.v1.Subscribed;
import dev.heliograph.proto.device.v1.Unsubscribe;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.SessionDirectory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Devices that come back, and what the gateways tell them to have been sent before. */
class RedeliveredTest {

    private static final AtomicInteger USERS = new AtomicInteger();

    private static GatewayFixture fixture;
    private static Gateway one;
    private static Gateway two;

    private final String user = "again" + USERS.incrementAndGet();
    private final Channel inbox = Channel.user("default", user);

    @BeforeAll
    static void start() {
        fixture = new GatewayFixture();
        one = fixture.gateway("one");
        two = fixture.gateway("two");
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    /** The marked ones among what a device got. */
    private static List<String> marked(FakeTransport device) {
        return device.frames().stream()
                .filter(f -> f.hasDeliver() && f.getDeliver().getRedelivered())
                .map(f -> f.getDeliver().getNotification().getId())
                .toList();
    }

    private static void awaitIds(FakeTransport device, String... ids) {
        eventually(
                () -> List.of(ids) + ", got " + device.ids(),
                () -> device.ids().equals(List.of(ids)));
    }

    private static String position(FakeTransport device, String id) {
        return device.frames().stream()
                .filter(ServerFrame::hasDeliver)
                .map(ServerFrame::getDeliver)
                .filter(it -> it.getNotification().getId().equals(id))
                .map(Deliver::getPosition)
                .findFirst()
                .orElseThrow();
    }

    private void ack(FakeTransport device, String position) {
        device.send(
                ClientFrame.newBuilder()
                        .setAck(Ack.newBuilder().setChannel(inbox.path()).setPosition(position)));
    }

    /** The end of a session has reached the directory. */
    private void lose(FakeTransport device) {
        device.lose();
        var anySession = new SessionDirectory.Entry(inbox, "phone", "any", 0);
        eventually(
                "goodbye",
                () -> {
                    String entry = fixture.log.sessions().memory(anySession).join().text();
                    return entry.isEmpty() || entry.startsWith("- ");
                });
    }

    private FakeTransport phone(Gateway gateway) {
        return fixture.device(gateway, user, "phone");
    }

    private Subscribed fromStart(FakeTransport device) {
        return subscribe(device, inbox.path());
    }

    /** Was sent a to c, and is gone; returns the position after a. */
    private String killedAfterC() {
        fixture.appendAll(inbox, "a", "b");
        FakeTransport phone = phone(one);
        fromStart(phone);
        fixture.append(inbox, "c");
        awaitIds(phone, "a", "b", "c");
        String a = position(phone, "a");
        ack(phone, a);
        lose(phone);
        return a;
    }

    @Test
    void aDeviceThatNeverWasThereGetsNothingMarked_D7() {
        fixture.appendAll(inbox, "a", "b");
        FakeTransport phone = phone(one);
        assertThat(fromStart(phone).getRedeliveredThrough(), is(0L));
        fixture.append(inbox, "c");
        awaitIds(phone, "a", "b", "c");
        assertThat(marked(phone), empty());
    }

    @Test
    void whatWasInFlightComesAgainMarkedAndWhatWasStoredWhileAwayDoesNot_D7() {
        String a = killedAfterC();
        fixture.appendAll(inbox, "d", "e");
        FakeTransport again = phone(two);
        assertThat(subscribe(again, inbox.path(), a).getRedeliveredThrough(), is(3L));
        fixture.append(inbox, "f");
        awaitIds(again, "b", "c", "d", "e", "f");
        assertThat(marked(again), is(List.of("b", "c")));
    }

    @Test
    void theSameHoldsForADeviceThatStoresNothing_D7_R11() {
        killedAfterC();
        fixture.append(inbox, "d");
        FakeTransport again = phone(two);
        Subscribed subscribed =
                subscribe(
                        again,
                        Subscribe.newBuilder().setChannel(inbox.path()).setStart(Start.START_HEAD));
        assertThat(subscribed.getByKeptCursor(), is(true));
        awaitIds(again, "b", "c", "d");
        assertThat(marked(again), is(List.of("b", "c")));
    }

    @Test
    void whatWasNeverAcknowledgedAtAllIsMarkedToo_D7() {
        fixture.appendAll(inbox, "a", "b");
        FakeTransport phone = phone(one);
        fromStart(phone);
        awaitIds(phone, "a", "b");
        lose(phone);
        fixture.append(inbox, "c");
        FakeTransport again = phone(one);
        assertThat(fromStart(again).getByKeptCursor(), is(false));
        awaitIds(again, "a", "b", "c");
        assertThat(marked(again), is(List.of("a", "b")));
    }

    @Test
    void whatWasInFlightBeforeAShortSessionStaysMarked_D7() {
        String a = killedAfterC();
        FakeTransport brief = phone(two);
        subscribe(brief, inbox.path(), a);
        lose(brief);
        FakeTransport idle = phone(two);
        lose(idle);
        fixture.append(inbox, "d");
        FakeTransport again = phone(one);
        subscribe(again, inbox.path(), a);
        awaitIds(again, "b", "c", "d");
        assertThat(marked(again), is(List.of("b", "c")));
    }

    @Test
    void afterAGatewayThatSaidNothingAllUpToTheHeadIsMarked_D7() {
        fixture.appendAll(inbox, "a", "b");
        // Its gateway is never heard of again: the session stays in the directory.
        FakeTransport phone = phone(one);
        fromStart(phone);
        awaitIds(phone, "a", "b");
        String a = position(phone, "a");
        fixture.append(inbox, "c");
        FakeTransport brief = phone(two);
        lose(brief);
        FakeTransport again = phone(two);
        assertThat(subscribe(again, inbox.path(), a).getRedeliveredThrough(), is(3L));
        fixture.append(inbox, "d");
        awaitIds(again, "b", "c", "d");
        assertThat(marked(again), is(List.of("b", "c")));
        lose(again);
        fixture.append(inbox, "e");
        FakeTransport later = phone(one);
        assertThat(
                "known again", subscribe(later, inbox.path(), a).getRedeliveredThrough(), is(4L));
        awaitIds(later, "b", "c", "d", "e");
    }

    @Test
    void aChannelThatWasLeftIsMarkedUpToThere_D7() {
        fixture.appendAll(inbox, "a", "b");
        FakeTransport phone = phone(one);
        fromStart(phone);
        awaitIds(phone, "a", "b");
        String a = position(phone, "a");
        phone.send(
                ClientFrame.newBuilder()
                        .setUnsubscribe(Unsubscribe.newBuilder().setChannel(inbox.path())));
        fixture.append(inbox, "c");
        assertThat(subscribe(phone, inbox.path(), a).getRedeliveredThrough(), is(2L));
        awaitIds(phone, "a", "b", "b", "c");
        assertThat(marked(phone), is(List.of("b")));
    }

    @Test
    void afterAResetToAnotherLogNothingIsMarked_D7_R5() {
        killedAfterC();
        String stateKey = key("c");
        Map<String, String> state = fixture.redis.commands().hgetall(stateKey);
        state.put("e", "fedcba9876543210");
        fixture.redis.commands().hset(stateKey, state);
        FakeTransport again = phone(two);
        Subscribed subscribed = fromStart(again);
        assertThat(subscribed.getOutcome(), is(Outcome.OUTCOME_EPOCH));
        assertThat(subscribed.getRedeliveredThrough(), is(0L));
        awaitIds(again, "a", "b", "c");
        assertThat(marked(again), empty());
    }

    @Test
    void afterATrimWhatIsLeftOfTheSameLogIsMarked_D7_R5() {
        String a = killedAfterC();
        fixture.append(inbox, "d");
        fixture.redis.commands().xtrim(key("s"), 2);
        FakeTransport again = phone(two);
        assertThat(subscribe(again, inbox.path(), a).getOutcome(), is(Outcome.OUTCOME_TRIMMED));
        awaitIds(again, "c", "d");
        assertThat(marked(again), is(List.of("c")));
    }

    private String key(String kind) {
        return fixture.redis
                .commands()
                .keys("hg:{*}:" + kind + ":default/" + inbox.path())
                .getFirst();
    }
}
