package dev.heliograph.client.device;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.device.ConnectionState.Closed;
import dev.heliograph.client.device.ConnectionState.Connected;
import dev.heliograph.client.device.ConnectionState.Connecting;
import dev.heliograph.client.device.ConnectionState.Waiting;
import dev.heliograph.client.device.FakeTransport.FakeLink;
import dev.heliograph.client.internal.TokenSource;
import dev.heliograph.proto.device.v1.ClientFrame.BodyCase;
import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.proto.device.v1.ConnectVerdict;
import dev.heliograph.proto.device.v1.GoAway;
import dev.heliograph.proto.device.v1.Heartbeat;
import dev.heliograph.proto.device.v1.Outcome;
import dev.heliograph.proto.device.v1.ServerFrame;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The connection's life, on a manual clock. */
class DeviceMachineTest {

    private final Gateway gateway = new Gateway();

    @Test
    void doesNothingBeforeConnect() {
        gateway.loop.advance(60_000);

        assertThat(gateway.transport.links, is(empty()));
        assertThat(gateway.client.state(), is(instanceOf(ConnectionState.Idle.class)));
    }

    @Test
    void saysHelloFirstAndIsConnectedWithWelcome_C8_D10() {
        FakeLink link = gateway.welcome(1);

        assertThat(link.sent.getFirst().getHello().getDeviceId(), is("phone-1"));
        assertThat(link.sent.getFirst().getHello().getObserver(), is(true));
        assertThat(gateway.client.state(), is(new Connected("c-1", "alice", "phone-1", "gw-1")));
    }

    @Test
    void answersEachHeartbeat_H1() {
        FakeLink link = gateway.welcome(1);

        link.receive(ServerFrame.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()));
        gateway.loop.settle();

        assertThat(link.sent(BodyCase.HEARTBEAT), hasSize(1));
    }

    @Test
    void leavesASilentGatewayAfterIntervalPlusTimeout_H2() {
        FakeLink link = gateway.welcome(1);

        gateway.loop.advance(20_000);
        gateway.skip(link, 1, 1);
        gateway.loop.advance(34_999);
        assertThat(gateway.client.state(), is(instanceOf(Connected.class)));
        gateway.loop.advance(1);

        assertThat(gateway.client.state(), is(instanceOf(Waiting.class)));
        assertThat(link.aborted, is(true));
    }

    @Test
    void givesUpAGatewayThatDoesNotWelcome() {
        gateway.client.connect();
        FakeLink link = gateway.awaitLink(1);
        link.events.opened();

        gateway.loop.advance(DeviceConnection.WELCOME_TIMEOUT_MS);

        assertThat(link.aborted, is(true));
        assertThat(gateway.client.state(), is(instanceOf(Waiting.class)));
    }

    @ParameterizedTest(name = "code {0}: reconnects {1}")
    @CsvSource({
        "1000, true", "1001, true", "1002, false", "1003, false", "1006, true", "1007, false",
        "1009, false", "1011, true", "1012, true", "4000, true", "4001, true", "4008, true",
        "4013, true", "4401, true", "4499, true", "4500, false", "4501, false", "4509, false",
        "4999, false"
    })
    void reconnectsOrStopsByTheCloseCode_G1(int code, boolean reconnects) {
        FakeLink link = gateway.welcome(1);

        link.events.ended(code, "");
        gateway.loop.settle();

        assertThat(
                gateway.client.state(), is(instanceOf(reconnects ? Waiting.class : Closed.class)));
    }

    @ParameterizedTest(name = "4509 after {0} ms: goes on {1}")
    @CsvSource({"59999, true", "60000, false"})
    void aHelloOfItsOwnThatWasNotAnsweredMayTakeOverLateOnce_C11(long afterMs, boolean goesOn) {
        FakeLink first = gateway.welcome(1, 600_000, 10_000);
        gateway.loop.advance(10_000);
        goAway(first, 0, 0);
        FakeLink second = gateway.awaitLink(2);
        second.events.opened();
        second.events.ended(4013, "unavailable");
        gateway.loop.settle();
        // Attempts that do not get as far as a Hello go on meanwhile.
        gateway.loop.advance(afterMs);

        first.events.ended(CloseCode.CLOSE_CODE_REPLACED_VALUE, "replaced");
        gateway.loop.settle();

        assertThat(gateway.client.state() instanceof Closed, is(!goesOn));
    }

    @Test
    void aHelloOfItsOwnExcusesOneTakeoverOnly_C11() {
        FakeLink first = gateway.welcome(1);
        first.events.ended(1006, "");
        FakeLink second = gateway.awaitLink(2);
        second.events.opened();
        second.events.ended(4013, "unavailable");
        FakeLink third = gateway.welcome(3);
        third.events.ended(CloseCode.CLOSE_CODE_REPLACED_VALUE, "replaced");
        gateway.loop.settle();
        assertThat(gateway.client.state(), is(instanceOf(Waiting.class)));
        gateway.welcome(4).events.ended(CloseCode.CLOSE_CODE_REPLACED_VALUE, "replaced");
        gateway.loop.settle();
        assertThat(gateway.client.state(), is(instanceOf(Closed.class)));
    }

    @Test
    void backsOffFurtherWithEachFailure_G3() {
        gateway.client.connect();
        for (int n = 1; n <= 8; n++) {
            gateway.awaitLink(n).events.failed(new ConnectException("refused"));
            gateway.loop.settle();
        }

        assertThat(
                gateway.states.stream()
                        .filter(Waiting.class::isInstance)
                        .map(state -> ((Waiting) state).delayMs())
                        .toList(),
                contains(250L, 500L, 1_000L, 2_000L, 4_000L, 8_000L, 10_000L, 10_000L));
    }

    @ParameterizedTest(name = "after {0} ms")
    @CsvSource({"4999, 1", "5000, 0"})
    void forgetsFailuresOnlyAfterAConnectionThatLasted_G3(long uptimeMs, int attempt) {
        gateway.client.connect();
        gateway.awaitLink(1).events.failed(new ConnectException("refused"));
        FakeLink link = gateway.welcome(2);

        gateway.loop.advance(uptimeMs);
        link.events.ended(1006, "");
        gateway.loop.settle();

        assertThat(((Waiting) gateway.client.state()).attempt(), is(attempt + 1));
    }

    @Test
    void getsANewTokenWhenTheOldOneHasExpired_4401() {
        FakeLink first = gateway.welcome(1);
        assertThat(first.token, is("token-1"));

        first.events.ended(CloseCode.CLOSE_CODE_TOKEN_EXPIRED_VALUE, "token_expired");

        assertThat(gateway.awaitLink(2).token, is("token-2"));
    }

    @Test
    void stopsWhenAFixedTokenHasExpired() {
        Gateway fixed = new Gateway(new TokenSource(TokenProvider.fixed("only")));
        FakeLink link = fixed.welcome(1);

        link.events.ended(CloseCode.CLOSE_CODE_TOKEN_EXPIRED_VALUE, "token_expired");
        fixed.loop.advance(1_000);
        fixed.until(() -> fixed.client.state() instanceof Closed);

        assertThat(((Closed) fixed.client.state()).label(), is("unauthenticated"));
    }

    @Test
    void stopsWhenTheRequestIsOneThatNoGatewayTakes_C6() {
        gateway.transport.verdict = verdict("invalid_argument", 0);
        gateway.client.connect();

        gateway.awaitLink(1).events.failed(new ConnectException("400"));
        gateway.loop.settle();

        assertThat(((Closed) gateway.client.state()).label(), is("invalid_argument"));
    }

    @Test
    void asksForAnotherTokenOnceAndStopsAtTheSecondRefusal_C6() {
        gateway.transport.verdict = verdict("unauthenticated", 0);
        gateway.client.connect();

        gateway.awaitLink(1).events.failed(new ConnectException("401"));
        assertThat(gateway.awaitLink(2).token, is("token-2"));
        gateway.transport.last().events.failed(new ConnectException("401"));
        gateway.loop.settle();

        assertThat(((Closed) gateway.client.state()).label(), is("unauthenticated"));
        assertThat(gateway.transport.verdictsAsked, is(2));
        assertThat(gateway.loop.isStopped(), is(true));
    }

    @Test
    void waitsAsLongAsAnOverloadedGatewayAsks_C6() {
        gateway.transport.verdict = verdict("overloaded", 7_000);
        gateway.client.connect();

        gateway.awaitLink(1).events.failed(new ConnectException("503"));
        gateway.loop.settle();

        assertThat(gateway.client.state(), is(new Waiting(1, 7_250, "overloaded")));
    }

    @Test
    void opensTheNewConnectionBeforeItClosesTheOldOne_G4() {
        gateway.subscribeInbox();
        FakeLink old = gateway.welcome(1);
        gateway.subscribed(old, Outcome.OUTCOME_OK, 1);
        gateway.loop.advance(DeviceMachine.MIN_UPTIME_MS);
        goAway(old, 2_000, 4_000);

        gateway.loop.advance(3_999);
        assertThat(gateway.transport.links, hasSize(1));
        gateway.loop.advance(1);
        gateway.awaitLink(2);
        gateway.deliver(old, 1);
        assertThat(old.closed, is(false));
        FakeLink fresh = gateway.welcome(2);

        assertThat(old.closed, is(true));
        assertThat(Gateway.lastSubscribe(fresh).getPosition(), is("p1"));
        assertThat(gateway.handled, contains("n1"));
        assertThat(gateway.states, not(hasItemOfType(Waiting.class)));
    }

    @Test
    void doesNotTakeItsOwnSuccessorForARival_C11() {
        FakeLink old = gateway.welcome(1);
        goAway(old, 0, 0);
        gateway.awaitLink(2).events.opened();
        gateway.loop.settle();

        old.events.ended(CloseCode.CLOSE_CODE_REPLACED_VALUE, "replaced");
        gateway.loop.settle();
        assertThat(gateway.client.state(), is(instanceOf(Connecting.class)));
        gateway.welcome(2);

        assertThat(gateway.client.state(), is(instanceOf(Connected.class)));
    }

    @Test
    void keepsTheOldConnectionWhenTheMoveFails_G4() {
        FakeLink old = gateway.welcome(1);
        goAway(old, 0, 0);
        gateway.awaitLink(2).events.failed(new ConnectException("refused"));
        gateway.loop.settle();

        assertThat(gateway.client.state(), is(instanceOf(Connected.class)));
        assertThat(gateway.awaitLink(3).aborted, is(false));
    }

    @Test
    void aGatewayThatSendsTheDeviceOnAtOnceMeetsGrowingWaits_G4() {
        for (int n = 1; n <= 5; n++) {
            goAway(gateway.welcome(n), 0, 0);
        }

        gateway.loop.advance(3_999);
        assertThat(gateway.transport.links, hasSize(5));
        gateway.loop.advance(1);
        gateway.awaitLink(6);
    }

    @Test
    void theGatewaysWaitHoldsWhenItClosesBeforeTheMove_G4() {
        FakeLink old = gateway.welcome(1);
        gateway.loop.advance(DeviceMachine.MIN_UPTIME_MS);
        goAway(old, 9_000, 0);
        gateway.loop.advance(1_000);

        old.events.ended(CloseCode.CLOSE_CODE_SERVICE_RESTART_VALUE, "service_restart");
        gateway.loop.settle();

        assertThat(gateway.client.state(), is(new Waiting(1, 8_250, "service_restart")));
    }

    @Test
    void aWelcomeWithoutHeartbeatTimesMeansThoseOfTheProtocol_H1() {
        FakeLink link = gateway.welcome(1, 0, 0);
        assertThat(gateway.client.state(), is(instanceOf(Connected.class)));

        gateway.loop.advance(34_999);
        assertThat(link.aborted, is(false));
        gateway.loop.advance(1);
        assertThat(link.aborted, is(true));
    }

    @Test
    void timesOnTheWireAreUnsigned_C6() {
        gateway.transport.verdict = verdict("overloaded", -1);
        gateway.client.connect();
        gateway.awaitLink(1).events.failed(new ConnectException("503"));
        gateway.loop.settle();

        assertThat(gateway.client.state(), is(new Waiting(1, 4_294_967_295L + 250, "overloaded")));
        assertThat(new Liveness(-1, -1, 0).remainingMs(0), is(2 * 4_294_967_295L));
    }

    @Test
    void dropsWhatComesLateFromAConnectionThatItLeft() {
        gateway.subscribeInbox();
        FakeLink old = gateway.welcome(1);
        gateway.subscribed(old, Outcome.OUTCOME_OK, 1);
        old.events.ended(1006, "");
        FakeLink fresh = gateway.welcome(2);
        gateway.subscribed(fresh, Outcome.OUTCOME_OK, 1);

        gateway.deliver(old, 1);
        old.events.ended(CloseCode.CLOSE_CODE_REPLACED_VALUE, "replaced");
        gateway.loop.settle();

        assertThat(gateway.handled, is(empty()));
        assertThat(gateway.client.state(), is(instanceOf(Connected.class)));
    }

    @Test
    void ignoresFramesOfAKindThatItDoesNotKnow_F2() {
        FakeLink link = gateway.welcome(1);

        link.receive(ServerFrame.newBuilder());
        gateway.loop.settle();

        assertThat(gateway.client.state(), is(instanceOf(Connected.class)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closesOnceAndForGood(boolean connected) {
        Subscription subscription = gateway.subscribeInbox();
        if (connected) {
            gateway.welcome(1);
        }
        Thread closing = Thread.startVirtualThread(gateway.client::close);
        gateway.until(() -> gateway.client.state() instanceof Closed);
        gateway.until(() -> !closing.isAlive());
        gateway.client.close();
        gateway.client.connect();
        gateway.loop.settle();

        assertThat(((Closed) gateway.client.state()).label(), is("normal"));
        assertThat(subscription.ended().isDone(), is(true));
        assertThat(gateway.subscribeInbox().ended().isDone(), is(true));
        assertThat(gateway.transport.links, hasSize(connected ? 1 : 0));
        assertThat(gateway.transport.links.stream().allMatch(link -> link.closed), is(true));
        assertThat(gateway.states.size(), is(greaterThan(0)));
    }

    private void goAway(FakeLink link, int retryAfterMs, int spreadMs) {
        link.receive(
                ServerFrame.newBuilder()
                        .setGoAway(
                                GoAway.newBuilder()
                                        .setCode(CloseCode.CLOSE_CODE_SERVICE_RESTART)
                                        .setRetryAfterMs(retryAfterMs)
                                        .setSpreadMs(spreadMs)));
        gateway.loop.settle();
    }

    private static ConnectVerdict verdict(String code, int retryAfterMs) {
        return ConnectVerdict.newBuilder().setCode(code).setRetryAfterMs(retryAfterMs).build();
    }

    private static org.hamcrest.Matcher<Iterable<? super ConnectionState>> hasItemOfType(
            Class<? extends ConnectionState> type) {
        return org.hamcrest.Matchers.hasItem(instanceOf(type));
    }
}
