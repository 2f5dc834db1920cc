package dev.heliograph.loadtest.swarm;

import static dev.heliograph.server.testkit.Eventually.eventually;

import com.google.protobuf.ByteString;
import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.producer.Notification;
import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.client.producer.Target;
import dev.heliograph.loadtest.chaos.history.Installation;
import dev.heliograph.server.HeliographServer;
import dev.heliograph.server.auth.TokenIssuer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A real server, and who sends to it. */
final class Stage implements AutoCloseable {

    /** Generous: the machine may be busy, and only failures wait for so long. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    static final RampPlan RAMP = new RampPlan(50, 200, PATIENCE);

    /** Fewer than a booking's window, so that no call can overtake too many. */
    private static final int MAX_IN_FLIGHT = 32;

    /** As long as by default: a swarm on a busy machine may take seconds to answer. */
    private static final List<String> SETTINGS =
            List.of(
                    "gateway.heartbeat-interval", "25s",
                    "gateway.heartbeat-timeout", "10s",
                    "gateway.drain-delay", "0s",
                    "gateway.drain-time", "2s");

    private final Path directory;
    private final Installation installation;
    private final ProducerClient producer;

    Stage(Path directory) throws IOException {
        this.directory = directory;
        this.installation = new Installation(directory, SETTINGS.toArray(String[]::new));
        TokenIssuer issuer = TokenIssuer.create(key(), "heliograph", "heliograph");
        // Repeats calls, unlike that of the installation: no number is to be lost on the way there.
        this.producer =
                ProducerClient.builder(
                                "127.0.0.1:" + installation.notifyPort(),
                                TokenProvider.fixed(issuer.producer("load", Duration.ofHours(1))))
                        .plaintext()
                        .build();
    }

    /** Another server on the same Redis, the caller's to stop. */
    HeliographServer startAnother() {
        return installation.startServer("gw-2");
    }

    /** What tokens are signed with. */
    Path key() {
        return directory.resolve("jwks.json");
    }

    /** Where devices connect. */
    int port() {
        return installation.devicePort();
    }

    /** Devices of the server, or of what stands before it at another port. */
    SwarmPlan plan(int port, int devices) {
        return SwarmPlan.of(Protocols.HELIOGRAPH, List.of("127.0.0.1:" + port), key(), devices);
    }

    SwarmPlan plan(int devices) {
        return plan(port(), devices);
    }

    /** Sends so many to each of the users. */
    void toUsers(Sent sent, int users, int each) {
        List<CompletableFuture<?>> calls = new ArrayList<>();
        for (int i = 0; i < users * each; i++) {
            calls.add(send(sent.toUser(i % users, System.nanoTime())));
            if (calls.size() == MAX_IN_FLIGHT) {
                calls.forEach(CompletableFuture::join);
                calls.clear();
            }
        }
        calls.forEach(CompletableFuture::join);
    }

    /** Sends one. */
    CompletableFuture<?> send(Sent.Shipment shipment) {
        int channel = shipment.number().channel();
        int number = Payload.number(channel);
        return producer.notifyAsync(
                Notification.of(
                                Payload.isTopic(channel)
                                        ? Target.topic(TopicPlan.name(number))
                                        : Target.user("u" + number),
                                "load.swarm")
                        .payload(
                                ByteString.copyFrom(shipment.payload()), "application/octet-stream")
                        .build());
    }

    /** Waits until so many payloads have come. */
    static void awaitReceived(Swarm swarm, long count) {
        eventually(
                count + " have come",
                () -> {
                    try {
                        return swarm.snapshot().received() >= count;
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    @Override
    public void close() {
        producer.close();
        installation.close();
    }
}
