package dev.heliograph.client;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import dev.heliograph.client.auth.TokenProvider.Reason;
import dev.heliograph.client.device.ConnectionState;
import dev.heliograph.client.device.ConnectionState.Connected;
import dev.heliograph.client.device.DeviceClient;
import dev.heliograph.client.device.DeviceListener;
import dev.heliograph.client.producer.Notification;
import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.client.producer.Target;
import dev.heliograph.server.HeliographServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions outlive their tokens and their gateways, with the client against real servers. */
class TokenAndDrainTest {

    private static final int DEVICES = 8;

    @TempDir static Path directory;

    private static Installation installation;
    private static ProducerClient producer;

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

    private static void send(String user, int number) throws Exception {
        producer.notify(
                Notification.of(Target.user(user), "t").text(Integer.toString(number)).build());
    }

    @Test
    void aSessionOutlivesItsFirstToken_T7() throws Exception {
        Instant end = Instant.now().plusSeconds(4);
        List<Reason> asked = new CopyOnWriteArrayList<>();
        List<String> handled = new CopyOnWriteArrayList<>();
        List<ConnectionState> states = new CopyOnWriteArrayList<>();
        String brief = installation.token("renewing", Duration.ofSeconds(3));
        String lasting = installation.token("renewing", Duration.ofMinutes(10));
        DeviceClient.Builder builder =
                DeviceClient.builder(
                                installation.deviceUrl(),
                                reason -> {
                                    asked.add(reason);
                                    return reason == Reason.INITIAL ? brief : lasting;
                                })
                        .deviceId("phone-1")
                        .listener(recording(states));
        try (DeviceClient client = builder.build()) {
            var inbox =
                    client.subscribe(DeviceClient.INBOX, delivery -> handled.add(delivery.text()));
            client.connect();
            inbox.ready().get(10, TimeUnit.SECONDS);
            eventually("the first token has ended", () -> Instant.now().isAfter(end));
            send("renewing", 1);
            eventually("it is handled", () -> handled.equals(List.of("1")));
            assertThat(states.stream().filter(Connected.class::isInstance).count(), is(1L));
            assertThat(asked, is(List.of(Reason.INITIAL, Reason.EXPIRING)));
        }
    }

    @Test
    void anAdminCallMovesAllDevicesWithoutLossOrRepeat_G4() throws Exception {
        HeliographServer leaving = installation.start("gw-draining");
        Map<Integer, List<String>> handled = new ConcurrentHashMap<>();
        Map<Integer, List<ConnectionState>> states = new ConcurrentHashMap<>();
        List<DeviceClient> clients = new ArrayList<>();
        try (CutProxy balancer =
                new CutProxy(leaving.httpPort(), installation.server().httpPort())) {
            for (int i = 0; i < DEVICES; i++) {
                int device = i;
                handled.put(i, new CopyOnWriteArrayList<>());
                states.put(i, new CopyOnWriteArrayList<>());
                DeviceClient client =
                        installation
                                .device("mover-" + i, balancer.port())
                                .listener(recording(states.get(i)))
                                .build();
                clients.add(client);
                var inbox =
                        client.subscribe(
                                DeviceClient.INBOX,
                                delivery -> handled.get(device).add(delivery.text()));
                client.connect();
                inbox.ready().get(20, TimeUnit.SECONDS);
            }
            assertThat(admin(leaving, "GET").body(), containsString("\"serving\""));
            balancer.useSecond();

            assertThat(admin(leaving, "POST").statusCode(), is(202));
            assertThat(admin(leaving, "POST").statusCode(), is(202));
            int sent = 0;
            while (!admin(leaving, "GET").body().contains("\"drained\"")) {
                sent++;
                for (int i = 0; i < DEVICES; i++) {
                    send("mover-" + i, sent);
                }
            }
            assertThat(
                    admin(leaving, "GET").body(),
                    is("{\"phase\":\"drained\",\"asked\":8,\"to_ask\":8,\"connections\":0}"));
            int last = sent;
            for (int i = 0; i < DEVICES; i++) {
                List<String> own = handled.get(i);
                eventually("all of device " + i, () -> own.size() >= last);
                assertThat(
                        own,
                        is(IntStream.rangeClosed(1, last).mapToObj(Integer::toString).toList()));
                assertThat(nodes(states.get(i)), is(List.of("gw-draining", "gw-1")));
            }
            assertThat("it takes devices again", admin(leaving, "DELETE").statusCode(), is(200));
            assertThat(admin(leaving, "GET").body(), containsString("\"serving\""));
        } finally {
            clients.forEach(DeviceClient::close);
            leaving.stop();
        }
    }

    private static List<String> nodes(List<ConnectionState> states) {
        return states.stream()
                .filter(Connected.class::isInstance)
                .map(state -> ((Connected) state).node())
                .toList();
    }

    private static DeviceListener recording(List<ConnectionState> states) {
        return new DeviceListener() {
            @Override
            public void onState(ConnectionState from, ConnectionState to) {
                states.add(to);
            }
        };
    }

    private static HttpResponse<String> admin(HeliographServer server, String method)
            throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(
                                    URI.create("http://127.0.0.1:" + server.adminPort() + "/drain"))
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }
}
