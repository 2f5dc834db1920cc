package dev.heliograph.server.gateway;

import static dev.heliograph.server.gateway.GatewayFixture.subscribe;
import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.proto.device.v1.Ack;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.Outcome;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Start;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.proto.device.v1.Subscribed;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.Position;
import dev.heliograph.server.log.SessionDirectory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Devices that keep no positions: the gateways know how far they are. */
class KeptCursorTest {

    private static final AtomicInteger USERS = new AtomicInteger();

    private static GatewayFixture fixture;
    private static Gateway one;
    private static Gateway two;

    private final String user = "kept" + USERS.incrementAndGet();
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

    private Subscribed subscribeAt(FakeTransport device, Start start) {
        return subscribe(device, Subscribe.newBuilder().setChannel(inbox.path()).setStart(start));
    }

    private static String position(FakeTransport device, String id) {
        return device.await(
                        id,
                        f -> f.hasDeliver() && f.getDeliver().getNotification().getId().equals(id))
                .getDeliver()
                .getPosition();
    }

    private void ack(FakeTransport device, String position) {
        device.send(
                ClientFrame.newBuilder()
                        .setAck(Ack.newBuilder().setChannel(inbox.path()).setPosition(position)));
    }

    private Optional<Position> kept(String device) {
        var anySession = new SessionDirectory.Entry(inbox, device, "any", 0);
        return fixture.log.sessions().cursor(anySession, inbox).join();
    }

    private void awaitKept(String device, String position) {
        eventually(
                "cursor " + position,
                () -> kept(device).map(Position::token).equals(Optional.of(position)));
    }

    /** Has handled a to c on gateway one, acknowledged this one, and is gone. */
    private String gone(String acked) {
        fixture.appendAll(inbox, "a", "b", "c");
        FakeTransport phone = fixture.device(one, user, "phone");
        subscribe(phone, inbox.path());
        position(phone, "c");
        String position = position(phone, acked);
        ack(phone, position);
        phone.lose();
        awaitKept("phone", position);
        return position;
    }

    @Test
    void aDeviceWithoutAPositionGoesOnAfterItsNewestAckOnAnyGateway_R11() {
        gone("b");
        FakeTransport again = fixture.device(two, user, "phone");
        Subscribed subscribed = subscribeAt(again, Start.START_HEAD);
        assertThat(subscribed.getOutcome(), is(Outcome.OUTCOME_OK));
        assertThat(subscribed.getByKeptCursor(), is(true));
        assertThat(subscribed.getNextSeq(), is(3L));
        eventually("c comes again", () -> again.ids().equals(List.of("c")));
        fixture.append(inbox, "d");
        eventually("d", () -> again.ids().equals(List.of("c", "d")));
    }

    @Test
    void aPositionOfTheDeviceWinsOverTheKeptCursor_R11() {
        fixture.appendAll(inbox, "first");
        String first = position(subscribedEarliest(fixture.device(one, user, "laptop")), "first");
        gone("c");
        Subscribed subscribed = subscribe(fixture.device(two, user, "phone"), inbox.path(), first);
        assertThat(subscribed.getByKeptCursor(), is(false));
        assertThat(subscribed.getNextSeq(), is(2L));
    }

    private FakeTransport subscribedEarliest(FakeTransport device) {
        subscribe(device, inbox.path());
        return device;
    }

    @Test
    void anotherDeviceOfTheUserBeginsAtItsStart_R11() {
        gone("b");
        Subscribed subscribed =
                subscribeAt(fixture.device(two, user, "laptop"), Start.START_EARLIEST);
        assertThat(subscribed.getByKeptCursor(), is(false));
        assertThat(subscribed.getNextSeq(), is(1L));
    }

    @Test
    void aSubscribeOnTheSameConnectionGoesOnAfterTheNewestAck_R11() {
        fixture.appendAll(inbox, "a", "b");
        FakeTransport phone = subscribedEarliest(fixture.device(one, user, "phone"));
        position(phone, "b");
        ack(phone, position(phone, "a"));
        Subscribed again = subscribeAt(phone, Start.START_EARLIEST);
        assertThat(again.getByKeptCursor(), is(true));
        assertThat(again.getNextSeq(), is(2L));
    }

    @Test
    void acksAreKeptWithTheHeartbeatAndThenAtMostEvery30Seconds_A4() {
        fixture.appendAll(inbox, "a", "b");
        Session session =
                new Session(one, GatewayFixture.principal(user, Optional.empty()), "beating");
        FakeTransport phone = new FakeTransport(session);
        phone.send("{\"hello\":{\"deviceId\":\"phone\"}}");
        phone.await("Welcome", ServerFrame::hasWelcome);
        subscribedEarliest(phone);
        String b = position(phone, "b");
        String a = position(phone, "a");
        ack(phone, a);
        session.beat();
        awaitKept("phone", a);
        ack(phone, b);
        session.beat();
        session.check(0);
        assertThat(
                "asked after whatever the beat sent",
                kept("phone").map(Position::token),
                is(Optional.of(a)));
        phone.lose();
        awaitKept("phone", b);
    }

    @Test
    void anAckOfWhatWasNotSentOrWasAckedBeforeIsNotKept_A4() {
        fixture.appendAll(inbox, "a", "b", "c");
        FakeTransport other = subscribedEarliest(fixture.device(one, user, "other"));
        String c = position(other, "c");
        FakeTransport phone = subscribedEarliest(fixture.device(one, user, "phone"));
        String a = position(phone, "a");
        String b = position(phone, "b");
        position(phone, "c");
        String d = c.replaceFirst("\\.3\\.", ".4.");
        ack(phone, d);
        ack(phone, b);
        ack(phone, a);
        phone.lose();
        awaitKept("phone", b);
    }

    @Test
    void aReplacedSessionDoesNotMoveTheCursor_A4() {
        fixture.appendAll(inbox, "a", "b", "c");
        FakeTransport older = subscribedEarliest(fixture.device(one, user, "phone"));
        String c = position(older, "c");
        FakeTransport newer = subscribedEarliest(fixture.device(two, user, "phone"));
        eventually("the older is replaced", () -> older.closeCode() == 4509);
        ack(older, c);
        older.lose();
        String a = position(newer, "a");
        ack(newer, a);
        newer.lose();
        awaitKept("phone", a);
        assertThat(
                subscribeAt(fixture.device(one, user, "phone"), Start.START_HEAD).getNextSeq(),
                is(2L));
    }

    @Test
    void aKeptCursorThatTheLogHasTrimmedAwayIsAReset_R5_R11() {
        gone("a");
        fixture.append(inbox, "d");
        fixture.redis.commands().xtrim(key("s"), 2);
        Subscribed subscribed = subscribeAt(fixture.device(two, user, "phone"), Start.START_HEAD);
        assertThat(subscribed.getOutcome(), is(Outcome.OUTCOME_TRIMMED));
        assertThat(subscribed.getByKeptCursor(), is(true));
        assertThat(subscribed.getNextSeq(), is(3L));
    }

    @Test
    void afterAForkTheCursorGoesBackToWhatIsHandledThen_A4() {
        fixture.append(inbox, "a");
        byte[] logDump = fixture.redis.commands().dump(key("s"));
        Map<String, String> state = fixture.redis.commands().hgetall(key("c"));
        fixture.appendAll(inbox, "lost", "lost too");
        FakeTransport phone = subscribedEarliest(fixture.device(one, user, "phone"));
        String tail = position(phone, "lost too");
        ack(phone, tail);
        phone.lose();
        awaitKept("phone", tail);

        // A failover to a replica that lacked the tail.
        String logKey = key("s");
        fixture.redis.commands().del(logKey, key("c"));
        fixture.redis.commands().restore(logKey, 0, logDump);
        fixture.redis.commands().hset(logKey.replace(":s:", ":c:"), state);
        fixture.append(inbox, "instead");

        FakeTransport again = fixture.device(two, user, "phone");
        assertThat(subscribeAt(again, Start.START_HEAD).getOutcome(), is(Outcome.OUTCOME_FORK));
        String instead = position(again, "instead");
        ack(again, tail);
        ack(again, instead);
        again.lose();
        awaitKept("phone", instead);
    }

    @Test
    void whatIsAcknowledgedBeforeTheGatewayStopsIsKept_A4() {
        Gateway stopping = fixture.gateway("stopping");
        fixture.append(inbox, "a");
        FakeTransport phone = subscribedEarliest(fixture.device(stopping, user, "phone"));
        String a = position(phone, "a");
        ack(phone, a);
        phone.lose();
        stopping.close();
        assertThat(kept("phone").map(Position::token), is(Optional.of(a)));
    }

    private String key(String kind) {
        return fixture.redis
                .commands()
                .keys("hg:{*}:" + kind + ":default/" + inbox.path())
                .getFirst();
    }
}
