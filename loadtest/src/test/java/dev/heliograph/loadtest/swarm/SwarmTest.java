package dev.heliograph.loadtest.swarm;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import com.google.protobuf.ByteString;
import dev.heliograph.client.producer.Notification;
import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.client.producer.Target;
import dev.heliograph.loadtest.chaos.history.Installation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Swarms of real processes on a real gateway. Times are not judged: the machine may be busy. */
class SwarmTest {

    private static final RampPlan RAMP = new RampPlan(50, 200, Duration.ofSeconds(60));
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir private static Path directory;
    private static Installation installation;

    @BeforeAll
    static void start() throws Exception {
        installation = new Installation(directory);
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    @Test
    void devicesOfTwoProcessesGetWhatIsSentToThemAndToTheirTopics() throws Exception {
        SwarmPlan plan =
                SwarmPlan.of(
                                Protocols.HELIOGRAPH,
                                List.of("127.0.0.1:" + installation.devicePort()),
                                directory.resolve("jwks.json"),
                                30)
                        .withProcesses(2)
                        .withTopics(new TopicPlan(1, 4, 2));
        Sent sent = new Sent(plan);
        try (Swarm swarm = Swarm.start(plan)) {
            assertThat(swarm.connect(30, RAMP).counts().ready(), is(30));
            swarm.begin();
            for (int i = 0; i < 90; i++) {
                send(sent.toUser(i % 30, System.nanoTime()));
            }
            for (int i = 0; i < 5; i++) {
                send(sent.toTopic(i, System.nanoTime()));
            }
            assertThat(swarm.settle(sent, PATIENCE), is(new Settlement(0, List.of())));
            IntervalResult result = swarm.end();
            assertThat(result.counts().received(), is(90L + 30 + 60));
            assertThat(result.latency().getTotalCount(), is(90L + 30 + 60));
            assertThat(sent.deliveriesDue(plan), is(90L + 30 + 60));
            assertThat(result.counts().duplicates() + result.counts().holes(), is(0L));
        }
    }

    private static void send(Sent.Shipment shipment) {
        ProducerClient producer = installation.producer();
        int channel = shipment.number().channel();
        String name = Payload.name(channel);
        String id = name.substring(name.indexOf('/') + 1);
        producer.notify(
                Notification.of(
                                Payload.isTopic(channel) ? Target.topic(id) : Target.user(id),
                                "load.swarm")
                        .payload(
                                ByteString.copyFrom(shipment.payload()), "application/octet-stream")
                        .build());
    }
}
