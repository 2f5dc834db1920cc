package dev.heliograph.server.websocket;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import com.google.protobuf.ByteString;
import dev.heliograph.proto.device.v1.Ack;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.Deliver;
import dev.heliograph.proto.device.v1.Heartbeat;
import dev.heliograph.proto.device.v1.Hello;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.proto.notify.v1.Content;
import dev.heliograph.proto.notify.v1.NotifyRequest;
import dev.heliograph.proto.notify.v1.Priority;
import dev.heliograph.proto.notify.v1.Target;
import dev.heliograph.proto.notify.v1.TargetResult;
import dev.heliograph.server.WholeServer;
import dev.heliograph.server.testkit.TestDevice;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device that reads nothing for a while, on a real socket, through the whole of a server. */
class SlowDeviceTest {

    private static final String NEWS = "topic/news";

    /** Together far more than what sockets and the outbox hold. */
    private static final int BACKLOG = 60;

    /** Megabytes through small buffers, on a machine that may be busy. */
    private static final Duration LONG = Duration.ofMinutes(2);

    private static final ByteString LARGE = ByteString.copyFrom(new byte[50_000]);
    private static final int READ_TIMEOUT_MS = 60_000;

    /** So that only what is under test ends the connection, however slow the machine is. */
    private static final String[] PATIENT = {
        "gateway.heartbeat-interval", "10m", "gateway.stall-timeout", "10m"
    };

    private final Set<String> leftBehind = new HashSet<>();
    private final NotifyRequest news =
            NotifyRequest.newBuilder()
                    .setTarget(Target.newBuilder().setTopic("news"))
                    .setContent(Content.newBuilder().setType("news").setPayload(LARGE))
                    .build();

    @Test
    void aCriticalOvertakesTheRestComesInOrderAndNothingIsLost_D8_D9(@TempDir Path directory)
            throws Exception {
        try (WholeServer server = new WholeServer(directory, PATIENT);
                HttpClient http = HttpClient.newHttpClient();
                TestDevice quick =
                        TestDevice.connect(
                                server.server().httpPort(), server.token("quick"), "phone");
                RawClient slow = new RawClient(server.server().httpPort(), 4_096)) {
            quick.subscribe(NEWS);
            subscribe(slow, server.token("slow"));
            awaitLive(server, slow);
            double dropped = counter(http, server, "heliograph_ephemeral_dropped_total");
            for (int i = 0; i < BACKLOG; i++) {
                send(server, news);
            }
            eventually("the quick one has them", LONG, () -> stored(quick).size() == BACKLOG);
            List<String> typing = new ArrayList<>();
            eventually(
                    "the quick one is told who types",
                    LONG,
                    () -> {
                        typing.add(send(server, ephemeral()).getSent().getNotificationId());
                        return quick.ids().stream().anyMatch(typing::contains);
                    });
            String alarm =
                    send(server, news.toBuilder().setPriority(Priority.PRIORITY_CRITICAL).build())
                            .getStored()
                            .getNotificationId();
            eventually("the quick one has it", LONG, () -> stored(quick).contains(alarm));
            eventually(
                    "the drops are counted",
                    LONG,
                    () ->
                            counter(http, server, "heliograph_ephemeral_dropped_total")
                                    >= dropped + typing.size());

            List<Deliver> before = new ArrayList<>();
            Deliver next = deliver(slow);
            while (!next.getOutOfOrder()) {
                before.add(next);
                next = deliver(slow);
            }
            assertThat("it was behind", before.size(), is(lessThan(BACKLOG)));
            assertThat(next.getNotification().getId(), is(alarm));
            assertThat(next.getSeq(), is(BACKLOG + 1L));
            assertThat(next.getPosition(), is(""));
            say(
                    slow,
                    ClientFrame.newBuilder()
                            .setAck(Ack.newBuilder().setChannel(NEWS).addIds(alarm)));
            String last = send(server, news).getStored().getNotificationId();

            List<Long> covered = new ArrayList<>();
            Set<String> ids = new HashSet<>();
            before.forEach(each -> cover(each, covered, ids));
            while (!ids.contains(last)) {
                ServerFrame frame = frame(slow);
                if (frame.hasSkip()) {
                    LongStream.rangeClosed(
                                    frame.getSkip().getFromSeq(), frame.getSkip().getThroughSeq())
                            .forEach(covered::add);
                } else {
                    assertThat(frame.getDeliver().getOutOfOrder(), is(false));
                    cover(frame.getDeliver(), covered, ids);
                }
            }
            assertThat(covered, is(LongStream.rangeClosed(1, BACKLOG + 2L).boxed().toList()));
            assertThat(Collections.disjoint(leftBehind, typing), is(true));
            server.bystanderStillReceives();
        }
    }

    @Test
    void criticalsThatFillTheOutboxEndTheConnectionAndAreNotLost_G2(@TempDir Path directory)
            throws Exception {
        try (WholeServer server = new WholeServer(directory, PATIENT);
                HttpClient http = HttpClient.newHttpClient();
                RawClient slow = new RawClient(server.server().httpPort(), 4_096)) {
            subscribe(slow, server.token("slow"));
            awaitLive(server, slow);
            String ends = "heliograph_connections_ended_total{reason=\"slow_consumer\"";
            double before = counter(http, server, ends);
            NotifyRequest critical =
                    news.toBuilder().setPriority(Priority.PRIORITY_CRITICAL).build();
            for (int i = 0; i < BACKLOG; i++) {
                send(server, critical);
            }
            eventually("4008", LONG, () -> counter(http, server, ends) == before + 1);
            server.bystanderStillReceives();
            try (TestDevice again =
                    TestDevice.connect(server.server().httpPort(), server.token("slow"), "phone")) {
                again.send(
                        ClientFrame.newBuilder()
                                .setSubscribe(
                                        Subscribe.newBuilder()
                                                .setChannel(NEWS)
                                                .setSubId(7)
                                                .setStart(
                                                        dev.heliograph.proto.device.v1.Start
                                                                .START_EARLIEST)));
                eventually(
                        () -> BACKLOG + " notifications, got " + again.ids().size(),
                        LONG,
                        () -> again.ids().size() == BACKLOG);
            }
        }
    }

    private NotifyRequest ephemeral() {
        return news.toBuilder()
                .setEphemeral(true)
                .setContent(
                        Content.newBuilder()
                                .setType("typing")
                                .setPayload(ByteString.copyFromUtf8("…")))
                .build();
    }

    /** Reads until the device gets what only subscriptions at the head get. */
    private void awaitLive(WholeServer server, RawClient device) throws Exception {
        AtomicBoolean live = new AtomicBoolean();
        Thread sending =
                Thread.startVirtualThread(
                        () -> {
                            while (!live.get()) {
                                send(server, ephemeral());
                                LockSupport.parkNanos(20_000_000);
                            }
                        });
        try {
            assertThat(next(device).getDeliver().getNotification().getEphemeral(), is(true));
        } finally {
            live.set(true);
            sending.join();
        }
    }

    private static List<String> stored(TestDevice device) {
        return device.frames().stream()
                .filter(frame -> frame.getDeliver().getSeq() > 0)
                .map(frame -> frame.getDeliver().getNotification().getId())
                .toList();
    }

    private static void cover(Deliver deliver, List<Long> covered, Set<String> ids) {
        covered.add(deliver.getSeq());
        ids.add(deliver.getNotification().getId());
    }

    private static TargetResult send(WholeServer server, NotifyRequest request) {
        return server.producer().api(server.token("backend")).notify(request).getResults(0);
    }

    private void subscribe(RawClient device, String token) throws IOException {
        device.socket.setSoTimeout(READ_TIMEOUT_MS);
        device.upgrade(
                "Authorization: Bearer " + token, "Sec-WebSocket-Protocol: heliograph.v1.proto");
        say(device, ClientFrame.newBuilder().setHello(Hello.newBuilder().setDeviceId("phone")));
        assertThat(frame(device).hasWelcome(), is(true));
        say(
                device,
                ClientFrame.newBuilder()
                        .setSubscribe(Subscribe.newBuilder().setChannel(NEWS).setSubId(1)));
        assertThat(frame(device).hasSubscribed(), is(true));
    }

    private static void say(RawClient device, ClientFrame.Builder frame) throws IOException {
        device.send(WireFrames.binary(frame.build().toByteArray()));
    }

    private Deliver deliver(RawClient device) throws IOException {
        ServerFrame frame = frame(device);
        assertThat(frame.toString(), frame.hasDeliver(), is(true));
        return frame.getDeliver();
    }

    /** The next frame that covers something or answers, but what {@link #awaitLive} left behind. */
    private ServerFrame frame(RawClient device) throws IOException {
        ServerFrame frame = next(device);
        while (frame.getDeliver().getNotification().getEphemeral()) {
            leftBehind.add(frame.getDeliver().getNotification().getId());
            frame = next(device);
        }
        return frame;
    }

    /** The next frame but heartbeats, which are answered. */
    private static ServerFrame next(RawClient device) throws IOException {
        while (true) {
            RawClient.Received received = device.receive();
            assertThat(received.opcode(), is(WireFrames.BINARY));
            ServerFrame frame = ServerFrame.parseFrom(received.payload());
            if (!frame.hasHeartbeat()) {
                return frame;
            }
            say(device, ClientFrame.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()));
        }
    }

    private static double counter(HttpClient http, WholeServer server, String name) {
        URI uri =
                URI.create("http://127.0.0.1:" + server.server().adminPort() + "/observe/metrics");
        try {
            return http.send(
                            HttpRequest.newBuilder(uri).header("Accept", "text/plain").build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                    .sum();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
