package dev.heliograph.server.gateway;

import static dev.heliograph.server.gateway.GatewayFixture.principal;
import static dev.heliograph.server.gateway.GatewayFixture.subscribe;
import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import dev.heliograph.proto.device.v1.Error;
import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.proto.device.v1.GoAway;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Welcome;
import dev.heliograph.server.auth.Principal;
import dev.heliograph.server.config.ServerConfig.GatewayConfig;
import dev.heliograph.server.log.Channel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The device protocol's rules, frame by frame. */
class SessionTest {

    private static final AtomicInteger USERS = new AtomicInteger();

    private static GatewayFixture fixture;
    private static Gateway gateway;

    private final String user = "s" + USERS.incrementAndGet();
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

    private static Error error(FakeTransport device) {
        return device.await("Error", ServerFrame::hasError).getError();
    }

    @Test
    void welcomesWithWhatTheDeviceNeeds_C8() {
        FakeTransport phone = fixture.device(gateway, user, "phone");
        Welcome welcome = phone.frames().getFirst().getWelcome();
        assertThat(welcome.getUser(), is(user));
        assertThat(welcome.getDeviceId(), is("phone"));
        assertThat(welcome.getInbox(), is(inbox.path()));
        assertThat(welcome.getNode(), is("one"));
        assertThat(welcome.getHeartbeatIntervalMs(), is(25_000));
        assertThat(welcome.getLimits().getMaxMessageBytes(), is(16_384));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"heartbeat\":{}}",
                "{\"subscribe\":{\"channel\":\"user/x\",\"subId\":1}}",
                "{}",
                "not json",
                "{\"hello\":5}",
                "[]"
            })
    void anythingButHelloFirstIsAViolationThatIsNamed_C8_F1(String message) {
        FakeTransport phone = fixture.connect(gateway, user);
        phone.send(message);
        assertThat(error(phone).getCode(), is(ErrorCode.ERROR_CODE_PROTOCOL_VIOLATION));
        assertThat(phone.closeCode(), is(4500));
        assertThat(phone.closeReason(), is("protocol_violation"));
    }

    @Test
    void aSecondHelloIsAViolation_C8() {
        FakeTransport phone = fixture.device(gateway, user, "phone");
        phone.send("{\"hello\":{\"deviceId\":\"phone\"}}");
        assertThat(phone.closeCode(), is(4500));
    }

    @ParameterizedTest
    @CsvSource({"'',''", "'a b',''", "'{x}',''", "other,bound", "'',''"})
    void aBadDeviceIdIsRefused_C10(String device, String bound) {
        Optional<String> claim = bound.isEmpty() ? Optional.empty() : Optional.of(bound);
        FakeTransport phone = fixture.connect(gateway, principal(user, claim));
        phone.send("{\"hello\":{\"deviceId\":\"" + device + "\"}}");
        assertThat(error(phone).getMessage(), containsString("device_id"));
        assertThat(phone.closeCode(), is(4501));
    }

    @Test
    void theTokensDeviceStandsInForAMissingOne_C10() {
        FakeTransport phone = fixture.connect(gateway, principal(user, Optional.of("bound")));
        phone.send("{\"hello\":{}}");
        Welcome welcome = phone.await("Welcome", ServerFrame::hasWelcome).getWelcome();
        assertThat(welcome.getDeviceId(), is("bound"));
    }

    @Test
    void aNewerSessionOfTheDeviceReplacesTheOlderOnAnotherGateway_C11() {
        FakeTransport older = fixture.device(gateway, user, "phone");
        FakeTransport other = fixture.device(gateway, user, "laptop");
        FakeTransport newer = fixture.device(fixture.gateway("two"), user, "phone");
        eventually("the older is replaced", () -> older.closeCode() == 4509);
        older.lose();
        subscribe(newer, inbox.path());
        subscribe(other, inbox.path());
        fixture.append(inbox, "a");
        eventually("the newer lives", () -> newer.ids().equals(List.of("a")));
        eventually("another device lives", () -> other.ids().equals(List.of("a")));
        assertThat(newer.closeCode(), is(0));
    }

    @Test
    void anUnknownFrameIsAnsweredAndTheConnectionGoesOn_F2() {
        FakeTransport phone = fixture.device(gateway, user, "phone");
        phone.send("{\"teleport\":{\"to\":\"mars\"}}");
        assertThat(error(phone).getCode(), is(ErrorCode.ERROR_CODE_UNKNOWN_FRAME));
        subscribe(phone, inbox.path());
        assertThat(phone.closeCode(), is(0));
    }

    @ParameterizedTest
    @CsvSource({
        "user/someone-else, 1, ERROR_CODE_FORBIDDEN",
        "topic/secret, 2, ERROR_CODE_FORBIDDEN",
        "nonsense, 3, ERROR_CODE_INVALID_ARGUMENT",
        "topic/, 4, ERROR_CODE_INVALID_ARGUMENT",
        "topic/news.eu, 0, ERROR_CODE_INVALID_ARGUMENT",
    })
    void refusesAChannelItMayNotGive_R1(String channel, int subId, ErrorCode code) {
        FakeTransport phone = fixture.device(gateway, user, "phone", "news.*");
        phone.send("{\"subscribe\":{\"channel\":\"" + channel + "\",\"subId\":" + subId + "}}");
        Error error = error(phone);
        assertThat(error.getCode(), is(code));
        assertThat(error.getChannel(), is(channel));
        assertThat(error.getSubId(), is(subId));
        assertThat(subscribe(phone, "topic/news.eu").getNextSeq(), is(1L));
    }

    @Test
    void refusesAPositionItDidNotIssue_R6() {
        FakeTransport phone = fixture.device(gateway, user, "phone");
        phone.send(
                "{\"subscribe\":{\"channel\":\""
                        + inbox.path()
                        + "\",\"subId\":1,\"position\":\"made-up\"}}");
        assertThat(error(phone).getCode(), is(ErrorCode.ERROR_CODE_INVALID_POSITION));
    }

    @Test
    void refusesMoreSubscriptionsThanItSaid_R1() {
        FakeTransport phone = fixture.device(gateway, user, "phone", "*");
        for (int i = 1; i <= 3; i++) {
            subscribe(phone, "topic/t" + i);
        }
        phone.send("{\"subscribe\":{\"channel\":\"topic/t4\",\"subId\":99}}");
        assertThat(error(phone).getCode(), is(ErrorCode.ERROR_CODE_TOO_MANY_SUBSCRIPTIONS));
        phone.send("{\"unsubscribe\":{\"channel\":\"topic/t1\"}}");
        subscribe(phone, "topic/t4");
    }

    @Test
    void anAckOrUnsubscribeOfAChannelThatIsNotSubscribedIsAnError_A2_R10() {
        FakeTransport phone = fixture.device(gateway, user, "phone");
        phone.send("{\"ack\":{\"channel\":\"" + inbox.path() + "\",\"position\":\"x\"}}");
        assertThat(error(phone).getCode(), is(ErrorCode.ERROR_CODE_NOT_SUBSCRIBED));
        phone.frames().clear();
        phone.send("{\"unsubscribe\":{\"channel\":\"topic/x\"}}");
        assertThat(error(phone).getCode(), is(ErrorCode.ERROR_CODE_NOT_SUBSCRIBED));
        phone.frames().clear();
        subscribe(phone, inbox.path());
        phone.send("{\"ack\":{\"channel\":\"" + inbox.path() + "\",\"position\":\"x\"}}");
        assertThat(error(phone).getCode(), is(ErrorCode.ERROR_CODE_INVALID_POSITION));
    }

    @Test
    void anUnsubscribedChannelIsSilent_R10() {
        FakeTransport phone = fixture.device(gateway, user, "phone", "*");
        FakeTransport laptop = fixture.device(gateway, user, "laptop");
        subscribe(phone, inbox.path());
        subscribe(laptop, inbox.path());
        phone.send("{\"unsubscribe\":{\"channel\":\"" + inbox.path() + "\"}}");
        fixture.append(inbox, "a");
        eventually("laptop", () -> laptop.ids().equals(List.of("a")));
        assertThat(phone.ids(), is(List.of()));
    }

    @Test
    void beatsAndFindsTheDead_H1_H2() {
        Gateway quick =
                fixture.gateway("quick", timing(Duration.ofMillis(500), Duration.ofMillis(250)));
        FakeTransport dead = fixture.device(quick, user, "dead");
        dead.mute();
        FakeTransport alive = fixture.device(quick, user, "alive");
        eventually("the dead one is closed", () -> dead.closeCode() == 4001);
        assertThat(alive.closeCode(), is(0));
    }

    @Test
    void closesWhoDoesNotSayHello_C8() {
        Gateway quick =
                fixture.gateway("hasty", timing(Duration.ofSeconds(25), Duration.ofSeconds(10)));
        FakeTransport silent = fixture.connect(quick, user);
        eventually("closed", () -> silent.closeCode() == 4000);
    }

    @Test
    void closesWhenTheTokenExpires_T4() {
        Gateway quick =
                fixture.gateway("timely", timing(Duration.ofMillis(250), Duration.ofMillis(250)));
        Principal brief =
                new Principal(
                        "default",
                        user,
                        Optional.empty(),
                        Set.of("connect"),
                        List.of(),
                        Instant.now().plusMillis(50));
        FakeTransport phone = fixture.connect(quick, brief);
        eventually("closed", () -> phone.closeCode() == 4401);
    }

    @Test
    void asksDevicesToLeaveBeforeItGoesAndRefusesNewOnes_G4() {
        Gateway leaving = fixture.gateway("leaving");
        FakeTransport phone = fixture.device(leaving, user, "phone");
        Thread drain = Thread.startVirtualThread(leaving::drain);
        GoAway goAway = phone.await("GoAway", ServerFrame::hasGoAway).getGoAway();
        assertThat(goAway.getCodeValue(), is(1012));
        assertThat(
                ((SessionFactory.Admission.Refused) leaving.admit(phone.peer())).label(),
                is("draining"));
        eventually("closed", () -> phone.closeCode() == 1012);
        phone.lose();
        eventually("drained", () -> !drain.isAlive());
    }

    @Test
    void refusesMoreConnectionsThanItHolds_C5() {
        GatewayConfig one =
                new GatewayConfig(
                        Duration.ofSeconds(25),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(10),
                        16_384,
                        3,
                        1,
                        1,
                        Duration.ZERO,
                        GatewayFixture.AT_ONCE,
                        GatewayFixture.LIMITS);
        Gateway full = fixture.gateway("full", one);
        FakeTransport phone = fixture.device(full, user, "phone");
        assertThat(
                ((SessionFactory.Admission.Refused) full.admit(phone.peer())).label(),
                is("overloaded"));
        phone.lose();
        assertThat(full.admit(phone.peer()), is(new SessionFactory.Admission.Admitted()));
    }

    private static GatewayConfig timing(Duration interval, Duration timeout) {
        return new GatewayConfig(
                interval,
                timeout,
                Duration.ofMillis(300),
                16_384,
                3,
                100,
                262_144,
                Duration.ofSeconds(30),
                GatewayFixture.AT_ONCE,
                GatewayFixture.LIMITS);
    }
}
