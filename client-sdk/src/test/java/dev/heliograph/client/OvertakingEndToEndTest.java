package dev.heliograph.client;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import com.google.protobuf.ByteString;
import dev.heliograph.client.device.Delivery;
import dev.heliograph.client.device.DeviceClient;
import dev.heliograph.client.producer.Notification;
import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.client.producer.Target;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device behind a network that holds everything up, on a real server. */
class OvertakingEndToEndTest {

    /** Far more than sockets and the gateway's outbox hold. */
    private static final int BACKLOG = 60;

    /** Megabytes through small buffers, on a machine that may be busy. */
    private static final Duration LONG = Duration.ofMinutes(2);

    private static final Map<String, String> PATIENT =
            Map.of(
                    "heliograph.gateway.heartbeat-interval", "10m",
                    "heliograph.gateway.stall-timeout", "10m");

    private final List<Delivery> slow = new CopyOnWriteArrayList<>();
    private final List<Delivery> quick = new CopyOnWriteArrayList<>();

    private static Notification.Builder large() {
        return Notification.of(Target.user("alice"), "news")
                .payload(ByteString.copyFrom(new byte[50_000]), "application/octet-stream");
    }

    private static List<Delivery> stored(List<Delivery> all) {
        return all.stream().filter(it -> !it.ephemeral()).toList();
    }

    /** The device is at the head: what is in no log reaches it. */
    private static void awaitEphemeral(ProducerClient producer, List<Delivery> device) {
        eventually(
                "live",
                LONG,
                () -> {
                    var sent =
                            producer.notify(
                                    Notification.of(Target.user("alice"), "typing")
                                            .text("…")
                                            .ephemeral()
                                            .build());
                    return sent.complete() && device.stream().anyMatch(Delivery::ephemeral);
                });
    }

    @Test
    void anAlarmOvertakesAndIsHandledOnceAndTheRestInOrder_D8_D9(@TempDir Path directory)
            throws Exception {
        try (Installation installation = new Installation(directory, PATIENT);
                CutProxy proxy = new CutProxy(installation.server().httpPort());
                ProducerClient producer = installation.producer();
                DeviceClient behind = installation.device("alice", proxy.port()).build();
                DeviceClient beside = installation.device("alice").deviceId("desk").build()) {
            var subscribed = behind.subscribe(DeviceClient.INBOX, slow::add).ready();
            var subscribedBeside = beside.subscribe(DeviceClient.INBOX, quick::add).ready();
            behind.connect();
            beside.connect();
            eventually("subscribed", LONG, () -> subscribed.isDone() && subscribedBeside.isDone());
            awaitEphemeral(producer, slow);
            awaitEphemeral(producer, quick);
            proxy.hold(true);
            for (int i = 0; i < BACKLOG; i++) {
                producer.notify(large().build());
            }
            producer.notify(large().priority(Priority.CRITICAL).build());
            eventually("the quick one has all", LONG, () -> stored(quick).size() == BACKLOG + 1);

            proxy.hold(false);
            eventually(
                    () -> "all of the slow one, got " + stored(slow).size(),
                    LONG,
                    () -> stored(slow).size() == BACKLOG + 1);
            Delivery alarm = slow.stream().filter(Delivery::outOfOrder).findFirst().orElseThrow();
            assertThat(alarm.priority(), is(Priority.CRITICAL));
            assertThat(alarm.seq(), is(BACKLOG + 1L));
            assertThat(stored(slow).indexOf(alarm), is(lessThan(BACKLOG)));

            proxy.cut(false);
            producer.notify(large().build());
            eventually("the next one", LONG, () -> slow.getLast().seq() == BACKLOG + 2);
            assertThat(
                    "each of the others once and in order",
                    stored(slow).stream()
                            .filter(it -> !it.outOfOrder())
                            .map(Delivery::seq)
                            .toList(),
                    is(
                            LongStream.rangeClosed(1, BACKLOG + 2L)
                                    .filter(seq -> seq != BACKLOG + 1L)
                                    .boxed()
                                    .toList()));
        }
    }
}
