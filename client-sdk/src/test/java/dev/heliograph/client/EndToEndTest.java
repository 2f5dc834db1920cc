package dev.heliograph.client;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.device.ChannelReset;
import dev.heliograph.client.device.ConnectionState;
import dev.heliograph.client.device.ConnectionState.Closed;
import dev.heliograph.client.device.ConnectionState.Connected;
import dev.heliograph.client.device.DeviceClient;
import dev.heliograph.client.device.DeviceEncoding;
import dev.heliograph.client.device.DeviceListener;
import dev.heliograph.client.device.Diagnostic;
import dev.heliograph.client.device.SubscribeOptions;
import dev.heliograph.client.device.Subscription;
import dev.heliograph.client.device.SubscriptionException;
import dev.heliograph.client.producer.BatchResult;
import dev.heliograph.client.producer.Notification;
import dev.heliograph.client.producer.NotifyException;
import dev.heliograph.client.producer.NotifyResult;
import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.client.producer.Target;
import dev.heliograph.client.store.FilePositionStore;
import dev.heliograph.server.HeliographServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both clients against a real server on a real Redis. Each test has a user of its own. */
class EndToEndTest {

    @TempDir static Path directory;

    private static Installation installation;
    private static ProducerClient producer;

    private final List<String> handled = new CopyOnWriteArrayList<>();
    private final List<ConnectionState> states = new CopyOnWriteArrayList<>();
    private final List<Diagnostic.Kind> diagnostics = new CopyOnWriteArrayList<>();
    private final List<DeviceClient> clients = new CopyOnWriteArrayList<>();
    private String user;

    @BeforeAll
    static void start() throws Exception {
        installation = new Installation(directory);
        producer = installation.producer();
    }

    @AfterAll
    static void stop() {
        producer.close();
        installation.close();
    }

    @BeforeEach
    void name(TestInfo test) {
        user = Integer.toHexString((test.getDisplayName() + test.getTestMethod()).hashCode());
    }

    @AfterEach
    void closeClients() {
        clients.forEach(DeviceClient::close);
    }

    @ParameterizedTest
    @EnumSource
    void receivesInOrder_D6(DeviceEncoding encoding) throws Exception {
        ready(run(installation.device(user).encoding(encoding)));

        send(1, 100);

        eventually("100 notifications", () -> handled.size() >= 100);
        assertThat(handled, is(texts(1, 100)));
    }

    @Test
    void receivesFromATopicThatTheTokenAllows_R1() throws Exception {
        DeviceClient client = run(installation.device(user, "news-*"));
        Subscription allowed =
                client.subscribe("topic/news-" + user, delivery -> handled.add(delivery.text()));
        Subscription forbidden = client.subscribe("topic/other", delivery -> {});
        allowed.ready().get(10, TimeUnit.SECONDS);

        producer.notify(Notification.of(Target.topic("news-" + user), "t").text("hot").build());

        eventually("the topic's notification", () -> handled.contains("hot"));
        ExecutionException refusal =
                assertThrows(
                        ExecutionException.class,
                        () -> forbidden.ended().get(10, TimeUnit.SECONDS));
        assertThat(
                ((SubscriptionException) refusal.getCause()).reason(),
                is(SubscriptionException.Reason.REFUSED));
    }

    @Test
    void hasEveryNotificationOnceAndInOrderOverManyCuts_G5() throws Exception {
        try (CutProxy proxy = new CutProxy(installation.server().httpPort())) {
            ready(run(installation.device(user, proxy.port())));
            for (int round = 0; round < 5; round++) {
                send(round * 40 + 1, round * 40 + 20);
                proxy.cut(true);
                send(round * 40 + 21, round * 40 + 40);
                proxy.restore();
                int expected = round * 40 + 40;
                eventually(expected + " notifications", () -> handled.size() >= expected);
            }
        }
        assertThat(handled, is(texts(1, 200)));
    }

    @Test
    void goesOnWhereAnEarlierStartOfTheAppEnded_D3() throws Exception {
        Path file = directory.resolve("positions-" + user);
        DeviceClient first = run(installation.device(user).store(FilePositionStore.open(file)));
        ready(first);
        send(1, 3);
        eventually("3 notifications", () -> handled.size() == 3);
        first.close();
        send(4, 6);

        ready(run(installation.device(user).store(FilePositionStore.open(file))));

        eventually("6 notifications", () -> handled.size() == 6);
        assertThat(handled, is(texts(1, 6)));
    }

    @Test
    void goesOnAfterItsNewestAckWithoutAStore_R11() throws Exception {
        DeviceClient first = run(installation.device(user));
        ready(first);
        send(1, 3);
        eventually("3 notifications", () -> handled.size() == 3);
        first.close();
        eventually("the session's end is noted", this::isAway);
        send(4, 6);

        ready(run(installation.device(user)));

        eventually("6 notifications", () -> handled.size() == 6);
        assertThat(handled, is(texts(1, 6)));
    }

    private boolean isAway() {
        var redis = installation.redis().commands();
        return redis.keys("hg:*:u:default/" + user).stream()
                .anyMatch(key -> redis.hget(key, "phone-1").startsWith("- - "));
    }

    @Test
    void aFailingHandlerGetsTheSameNotificationAgain_D3() throws Exception {
        DeviceClient client = start(installation.device(user));
        List<String> tried = new CopyOnWriteArrayList<>();
        client.subscribe(
                        "inbox",
                        delivery -> {
                            tried.add(delivery.text());
                            if (tried.size() == 2) {
                                throw new IllegalStateException("once");
                            }
                        })
                .ready()
                .get(10, TimeUnit.SECONDS);

        send(1, 3);

        eventually("3 notifications, one of them twice", () -> tried.size() == 4);
        assertThat(tried, contains("1", "2", "2", "3"));
    }

    @Test
    void tellsTheAppWhenTheLogWasReborn_R5() throws Exception {
        List<ChannelReset> resets = new CopyOnWriteArrayList<>();
        try (CutProxy proxy = new CutProxy(installation.server().httpPort())) {
            DeviceClient client = start(installation.device(user, proxy.port()));
            client.subscribe(
                            "inbox",
                            SubscribeOptions.head().onReset(resets::add),
                            delivery -> handled.add(delivery.text()))
                    .ready()
                    .get(10, TimeUnit.SECONDS);
            send(1, 2);
            eventually("2 notifications", () -> handled.size() == 2);
            proxy.cut(true);
            installation.redis().commands().flushall();
            send(3, 3);
            proxy.restore();
            eventually("the one after", () -> handled.contains("3"));
        }
        assertThat(handled, contains("1", "2", "3"));
        assertThat(
                resets.stream().map(ChannelReset::reason).toList(),
                contains(ChannelReset.Reason.EPOCH));
    }

    @Test
    void stopsWhenANewerSessionOfTheDeviceTakesOver_C11() throws Exception {
        DeviceClient older = run(installation.device(user));
        ready(older);

        ready(run(installation.device(user)));

        eventually("the older one has stopped", () -> older.state() instanceof Closed);
        assertThat(((Closed) older.state()).label(), is("replaced"));
    }

    @Test
    void getsANewTokenWhenTheOldOneExpires_4401() throws Exception {
        List<TokenProvider.Reason> reasons = new CopyOnWriteArrayList<>();
        DeviceClient client =
                run(
                        DeviceClient.builder(
                                        installation.deviceUrl(),
                                        reason -> {
                                            reasons.add(reason);
                                            // The leeway is 5 s: this one has been expired for a
                                            // second.
                                            return installation.token(
                                                    user,
                                                    reason == TokenProvider.Reason.INITIAL
                                                            ? Duration.ofSeconds(-6)
                                                            : Duration.ofMinutes(1));
                                        })
                                .deviceId("phone-1"));

        ready(client);

        assertThat(reasons, contains(TokenProvider.Reason.INITIAL, TokenProvider.Reason.EXPIRED));
        assertThat(
                states.stream()
                        .filter(ConnectionState.Waiting.class::isInstance)
                        .map(state -> ((ConnectionState.Waiting) state).reason())
                        .toList(),
                contains("token_expired"));
    }

    @Test
    void stopsWhenItsTokenIsNotTrusted_C6() {
        DeviceClient client =
                run(
                        DeviceClient.builder(installation.deviceUrl(), TokenProvider.fixed("a.b.c"))
                                .deviceId("phone-1"));

        eventually("it has stopped", () -> client.state() instanceof Closed);
        assertThat(((Closed) client.state()).label(), is("unauthenticated"));
    }

    @Test
    void stopsWhenItsDeviceIdIsRefused_C10() {
        DeviceClient client = run(installation.device(user).deviceId("not allowed"));

        eventually("it has stopped", () -> client.state() instanceof Closed);
        assertThat(((Closed) client.state()).label(), is("invalid_hello"));
        eventually("the error is told", () -> diagnostics.contains(Diagnostic.Kind.SERVER_ERROR));
    }

    @Test
    void movesAwayFromAGatewayThatDrainsWithoutLoss_G4() throws Exception {
        HeliographServer leaving = installation.start("gw-leaving");
        try (CutProxy balancer =
                new CutProxy(leaving.httpPort(), installation.server().httpPort())) {
            ready(run(installation.device(user, balancer.port())));
            send(1, 10);
            balancer.useSecond();
            Thread stopping = Thread.startVirtualThread(leaving::stop);
            send(11, 50);
            stopping.join();
            send(51, 60);
            eventually("60 notifications", () -> handled.size() >= 60);
        }
        assertThat(handled, is(texts(1, 60)));
        assertThat(
                states.stream()
                        .filter(Connected.class::isInstance)
                        .map(state -> ((Connected) state).node())
                        .toList(),
                contains("gw-leaving", "gw-1"));
    }

    @Test
    void repeatsOfAKeyStoreNothingTwice() throws Exception {
        ready(run(installation.device(user)));
        Notification once =
                Notification.of(Target.user(user), "t")
                        .text("1")
                        .idempotencyKey("k-" + user)
                        .build();

        NotifyResult first = producer.notify(once);
        NotifyResult second = producer.notify(once);
        send(2, 2);

        eventually("the second", () -> handled.contains("2"));
        assertThat(handled, contains("1", "2"));
        assertThat(first.stored().getFirst().duplicate(), is(false));
        assertThat(second.stored().getFirst().duplicate(), is(true));
        assertThat(
                second.stored().getFirst().notificationId(),
                is(first.stored().getFirst().notificationId()));
    }

    @Test
    void namesEachFieldThatIsWrong() {
        NotifyException failure =
                assertThrows(
                        NotifyException.class,
                        () -> producer.notify(Notification.of(Target.user("a b"), "9").build()));

        assertThat(failure.code(), is(io.grpc.Status.Code.INVALID_ARGUMENT));
        assertThat(
                failure.violations().stream().map(NotifyException.FieldViolation::field).toList(),
                hasItem("content.payload"));
    }

    @Test
    void sendsABatchThatIsLargerThanACall() throws Exception {
        ready(run(installation.device(user)));

        BatchResult result =
                producer.notifyBatch(
                        IntStream.rangeClosed(1, 1_200).mapToObj(this::notification).toList());

        assertThat(result.allStored(), is(true));
        eventually("1,200 notifications", () -> handled.size() >= 1_200);
        assertThat(handled, is(texts(1, 1_200)));
    }

    private DeviceClient start(DeviceClient.Builder builder) {
        DeviceClient client =
                builder.listener(
                                new DeviceListener() {
                                    @Override
                                    public void onState(ConnectionState from, ConnectionState to) {
                                        states.add(to);
                                    }

                                    @Override
                                    public void onDiagnostic(Diagnostic diagnostic) {
                                        diagnostics.add(diagnostic.kind());
                                    }
                                })
                        .build();
        clients.add(client);
        client.connect();
        return client;
    }

    private final List<Subscription> inboxes = new CopyOnWriteArrayList<>();

    private DeviceClient run(DeviceClient.Builder builder) {
        DeviceClient client = start(builder);
        inboxes.add(client.subscribe("inbox", delivery -> handled.add(delivery.text())));
        return client;
    }

    private void ready(DeviceClient client) throws Exception {
        inboxes.getLast().ready().get(20, TimeUnit.SECONDS);
        assertThat(client.connected().isDone(), is(true));
    }

    private void send(int from, int through) {
        for (int i = from; i <= through; i++) {
            producer.notify(notification(i));
        }
    }

    private Notification notification(int number) {
        return Notification.of(Target.user(user), "t").text(Integer.toString(number)).build();
    }

    private static List<String> texts(int from, int through) {
        return IntStream.rangeClosed(from, through).mapToObj(Integer::toString).toList();
    }
}
