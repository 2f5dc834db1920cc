package dev.heliograph.server.gateway;

import static dev.heliograph.server.gateway.GatewayFixture.subscribe;
import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.Error;
import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.proto.device.v1.Hello;
import dev.heliograph.proto.device.v1.RefreshToken;
import dev.heliograph.proto.device.v1.ServerFrame;
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

/** A session goes on with another token (T-6 to T-9). */
class TokenRefreshTest {

    private static final AtomicInteger USERS = new AtomicInteger();

    private static GatewayFixture fixture;
    private static Gateway gateway;

    private final String user = "t" + USERS.incrementAndGet();
    private final Channel inbox = Channel.user("default", user);

    @BeforeAll
    static void start() {
        fixture = new GatewayFixture();
        gateway =
                fixture.gateway(
                        "one",
                        new GatewayConfig(
                                Duration.ofMillis(250),
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(10),
                                16_384,
                                10,
                                100,
                                262_144,
                                Duration.ofSeconds(30),
                                GatewayFixture.AT_ONCE,
                                GatewayFixture.LIMITS));
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    private FakeTransport device(Duration life, String... topics) {
        Principal brief =
                new Principal(
                        "default",
                        user,
                        Optional.empty(),
                        Set.of("connect"),
                        List.of(topics),
                        Instant.now().plus(life));
        FakeTransport phone = fixture.connect(gateway, brief);
        phone.send(ClientFrame.newBuilder().setHello(Hello.newBuilder().setDeviceId("phone")));
        phone.await("Welcome", ServerFrame::hasWelcome);
        return phone;
    }

    private static void refresh(FakeTransport device, String token) {
        device.send(
                ClientFrame.newBuilder()
                        .setRefreshToken(RefreshToken.newBuilder().setToken(token)));
    }

    private static long count(FakeTransport device, ServerFrame.BodyCase kind) {
        return device.frames().stream().filter(frame -> frame.getBodyCase() == kind).count();
    }

    private static void awaitHeartbeat(FakeTransport device) {
        long before = count(device, ServerFrame.BodyCase.HEARTBEAT);
        eventually("a heartbeat", () -> count(device, ServerFrame.BodyCase.HEARTBEAT) > before);
    }

    @Test
    void aDeviceIsToldOnceThatItsTokenEnds_T6_T4() {
        FakeTransport phone = device(Duration.ofMillis(900));
        ServerFrame told = phone.await("TokenExpiring", ServerFrame::hasTokenExpiring);
        assertThat(told.getTokenExpiring().getRemainingMs(), is(greaterThan(0)));
        assertThat(told.getTokenExpiring().getRemainingMs(), is(lessThanOrEqualTo(900)));
        eventually("closed", () -> phone.closeCode() == 4401);
        assertThat(count(phone, ServerFrame.BodyCase.TOKEN_EXPIRING), is(1L));
    }

    @Test
    void aTokenThatLastsIsNotSpokenOf_T6() {
        FakeTransport phone = device(Duration.ofMinutes(5));
        awaitHeartbeat(phone);
        awaitHeartbeat(phone);
        assertThat(count(phone, ServerFrame.BodyCase.TOKEN_EXPIRING), is(0L));
    }

    @Test
    void aNewTokenKeepsTheSessionBeyondTheEndOfTheFirst_T7() {
        Instant end = Instant.now().plusMillis(900);
        FakeTransport phone = device(Duration.ofMillis(900));
        subscribe(phone, inbox.path());
        phone.await("TokenExpiring", ServerFrame::hasTokenExpiring);
        refresh(phone, user + " 600000 phone connect *");
        eventually("the first token's time is over", () -> Instant.now().isAfter(end));
        awaitHeartbeat(phone);
        awaitHeartbeat(phone);
        fixture.append(inbox, "a");
        eventually("it is served", () -> phone.ids().equals(List.of("a")));
        assertThat(phone.closeCode(), is(0));
        assertThat(count(phone, ServerFrame.BodyCase.TOKEN_EXPIRING), is(1L));
        assertThat(count(phone, ServerFrame.BodyCase.ERROR), is(0L));
    }

    @Test
    void eachTokenIsToldOf_T6() {
        FakeTransport phone = device(Duration.ofMinutes(5));
        refresh(phone, user + " 800 - connect *");
        phone.await("TokenExpiring", ServerFrame::hasTokenExpiring);
        refresh(phone, user + " 800 - connect *");
        eventually("again", () -> count(phone, ServerFrame.BodyCase.TOKEN_EXPIRING) == 2);
    }

    @ParameterizedTest
    @CsvSource({
        "mallory 600000 - connect *, another user",
        "USER 600000 laptop connect *, another device",
        "USER 600000 - notify *, scope connect",
        "nonsense, malformed",
        "'', malformed",
    })
    void aTokenThatDoesNotFitChangesNothing_T8(String token, String why) {
        FakeTransport phone = device(Duration.ofMinutes(5), "old");
        subscribe(phone, "topic/old");
        refresh(phone, token.replace("USER", user));
        Error error = phone.await("Error", ServerFrame::hasError).getError();
        assertThat(error.getCode(), is(ErrorCode.ERROR_CODE_INVALID_TOKEN));
        assertThat(error.getMessage(), containsString(why));
        phone.send("{\"subscribe\":{\"channel\":\"user/mallory\",\"subId\":999}}");
        phone.await("refused", f -> f.getError().getSubId() == 999);
        assertThat(subscribe(phone, inbox.path()).getNextSeq(), is(1L));
        subscribe(phone, "topic/old");
        assertThat(phone.closeCode(), is(0));
    }

    @Test
    void afterARefusedTokenTheOneBeforeCountsUntilItsEnd_T8() {
        FakeTransport phone = device(Duration.ofMillis(900));
        refresh(phone, "mallory 600000 - connect *");
        phone.await("Error", ServerFrame::hasError);
        eventually("closed", () -> phone.closeCode() == 4401);
    }

    @Test
    void aSubscriptionThatTheNewTokenDoesNotAllowEnds_T7() {
        FakeTransport phone = device(Duration.ofMinutes(5), "a" + user, "b" + user);
        Channel kept = Channel.topic("default", "a" + user);
        Channel lost = Channel.topic("default", "b" + user);
        subscribe(phone, kept.path());
        int subId = subscribe(phone, lost.path()).getSubId();
        subscribe(phone, inbox.path());

        refresh(phone, user + " 600000 - connect a" + user);

        Error error = phone.await("Error", ServerFrame::hasError).getError();
        assertThat(error.getCode(), is(ErrorCode.ERROR_CODE_FORBIDDEN));
        assertThat(error.getChannel(), is(lost.path()));
        assertThat(error.getSubId(), is(subId));
        fixture.append(lost, "lost");
        fixture.append(kept, "kept");
        fixture.append(inbox, "own");
        eventually("what is allowed", () -> phone.ids().size() == 2);
        assertThat(Set.copyOf(phone.ids()), is(Set.of("kept", "own")));
        phone.send("{\"subscribe\":{\"channel\":\"" + lost.path() + "\",\"subId\":998}}");
        phone.await("refused", f -> f.getError().getSubId() == 998);

        refresh(phone, user + " 600000 - connect b" + user);
        assertThat("allowed again", subscribe(phone, lost.path()).getNextSeq(), is(1L));
    }

    @Test
    void whoRefreshesAgainAndAgainIsLetGo_T9() {
        FakeTransport phone = device(Duration.ofMinutes(5));
        for (int i = 0; i < 10; i++) {
            refresh(phone, user + " 600000 - connect *");
        }
        assertThat(phone.closeCode(), is(0));
        refresh(phone, user + " 600000 - connect *");
        assertThat(phone.closeCode(), is(4429));
    }
}
