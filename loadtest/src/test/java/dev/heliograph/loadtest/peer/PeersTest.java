package dev.heliograph.loadtest.peer;

import static dev.heliograph.loadtest.peer.RunningPeer.awaitAll;
import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heliograph.loadtest.WatchedProcess;
import dev.heliograph.loadtest.peer.Installation.Part;
import dev.heliograph.loadtest.peer.Peer.Ability;
import dev.heliograph.loadtest.peer.centrifugo.CentrifugoPeer;
import dev.heliograph.loadtest.peer.centrifugo.CentrifugoProtocol;
import dev.heliograph.loadtest.peer.floor.FloorPeer;
import dev.heliograph.loadtest.peer.floor.FloorProtocol;
import dev.heliograph.loadtest.peer.nodews.NodeWsPeer;
import dev.heliograph.loadtest.peer.nodews.NodeWsProtocol;
import dev.heliograph.loadtest.peer.socketio.SocketIoPeer;
import dev.heliograph.loadtest.peer.socketio.SocketIoProtocol;
import dev.heliograph.loadtest.swarm.DeviceProtocol;
import dev.heliograph.loadtest.swarm.IntervalResult;
import dev.heliograph.loadtest.swarm.RampPlan;
import dev.heliograph.loadtest.swarm.Sent;
import dev.heliograph.loadtest.swarm.Settlement;
import dev.heliograph.loadtest.swarm.Swarm;
import dev.heliograph.loadtest.swarm.SwarmPlan;
import dev.heliograph.loadtest.swarm.TopicPlan;
import dev.heliograph.server.redis.LocalRedis;
import dev.heliograph.server.testkit.TestKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The systems that Heliograph is compared with: real processes, real sockets. */
class PeersTest {

    private static final int GATEWAYS = 2;
    private static final int DEVICES = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir private Path directory;

    /** The real Centrifugo is among them when the system property names its binary. */
    static Stream<Arguments> peers() {
        return Stream.concat(
                Stream.of(
                        peer(new NodeWsPeer(), new NodeWsProtocol()),
                        peer(new SocketIoPeer(), new SocketIoProtocol()),
                        peer(new FloorPeer(), new FloorProtocol())),
                Optional.ofNullable(System.getProperty("heliograph.centrifugo"))
                        .map(path -> new CentrifugoPeer(Path.of(path)))
                        .map(peer -> peer(peer, new CentrifugoProtocol()))
                        .stream());
    }

    private static Arguments peer(Peer peer, DeviceProtocol protocol) {
        return Arguments.argumentSet(peer.name(), peer, protocol);
    }

    @ParameterizedTest
    @MethodSource("peers")
    void everyPayloadArrivesOnceAndNothingIsLeftRunning(Peer peer, DeviceProtocol protocol)
            throws Exception {
        List<Part> parts;
        try (RunningPeer running = new RunningPeer(peer, protocol, GATEWAYS, DEVICES, directory)) {
            parts = running.installation.parts();
            assertEquals(GATEWAYS, parts.size());
            assertEquals(peer.name(), running.installation.protocol());
            running.connectAll();
            for (int i = 0; i < 100; i++) {
                running.toUser(i % DEVICES, "user " + i);
            }
            for (int i = 0; i < 5; i++) {
                running.toTopic("topic " + i);
            }
            for (PlainDevice device : running.devices) {
                int number = device.identity.number();
                List<String> expected =
                        Stream.concat(
                                        IntStream.range(0, 5)
                                                .mapToObj(i -> "user " + (number + i * DEVICES)),
                                        IntStream.range(0, 5).mapToObj(i -> "topic " + i))
                                .toList();
                assertEquals(List.of(), awaitAll(device, expected), "came more than once");
                assertEquals(expected.size(), device.received.size(), "payloads of others");
                assertEquals(0, device.holes.get() + device.resets.get());
            }
        }
        for (Part part : parts) {
            assertTrue(ProcessHandle.of(part.pid()).isEmpty(), part + " is still there");
        }
    }

    @ParameterizedTest
    @MethodSource("peers")
    void aDeviceThatWasCutGetsWhatThePeerPromises(Peer peer, DeviceProtocol protocol)
            throws Exception {
        try (RunningPeer running = new RunningPeer(peer, protocol, GATEWAYS, 4, directory)) {
            running.connectAll();
            PlainDevice device = running.devices.getFirst();
            PlainDevice neighbour = running.devices.get(GATEWAYS);
            running.toUser(0, "before");
            awaitAll(device, List.of("before"));

            device.cut();
            List<String> missed = List.of("missed 1", "missed 2", "missed 3");
            for (String payload : missed) {
                running.toUser(0, payload);
            }
            running.toTopic("to all");
            awaitAll(neighbour, List.of("to all"));
            running.connect(device);
            running.toUser(0, "after");

            List<String> expected = new ArrayList<>(List.of("before", "after"));
            if (peer.abilities().contains(Ability.RESUME)) {
                expected.addAll(missed);
                expected.add("to all");
            }
            assertEquals(List.of(), awaitAll(device, expected), "came more than once");
            assertEquals(expected.size(), device.received.size(), () -> "" + device.received);
            assertEquals(0, device.resets.get());
        }
    }

    @ParameterizedTest
    @MethodSource("peers")
    void aGatewayComesBackAtItsAddressAfterARestart(Peer peer, DeviceProtocol protocol)
            throws Exception {
        try (RunningPeer running = new RunningPeer(peer, protocol, GATEWAYS, 4, directory)) {
            running.connectAll();
            List<String> targets = running.installation.targets();
            List<Part> before = running.installation.parts();

            running.installation.restart(0);

            assertEquals(targets, running.installation.targets());
            assertNotEquals(before.getFirst(), running.installation.parts().getFirst());
            assertEquals(before.getLast(), running.installation.parts().getLast());
            for (PlainDevice device : running.devices) {
                if (device.identity.number() % GATEWAYS == 0) {
                    eventually("the gateway cuts its devices", () -> !device.isConnected());
                    running.connect(device);
                }
            }
            for (PlainDevice device : running.devices) {
                running.toUser(device.identity.number(), "new");
            }
            running.toTopic("to all");
            for (PlainDevice device : running.devices) {
                assertEquals(List.of(), awaitAll(device, List.of("new", "to all")));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("peers")
    void onlyAPeerThatAuthenticatesRefusesAForgedToken(Peer peer, DeviceProtocol protocol)
            throws Exception {
        try (RunningPeer running = new RunningPeer(peer, protocol, GATEWAYS, 0, directory)) {
            String forged = TestKey.hs256("k").token("{\"sub\":\"u0\",\"exp\":4102444800}");
            PlainDevice device = running.device(0, forged);
            if (peer.abilities().contains(Ability.AUTHENTICATION)) {
                assertThrows(Exception.class, () -> running.connect(device));
            } else {
                running.connect(device);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("peers")
    void aSwarmBooksEverythingThatIsSent(Peer peer, DeviceProtocol protocol) throws Exception {
        try (RunningPeer running = new RunningPeer(peer, protocol, GATEWAYS, 0, directory)) {
            SwarmPlan plan =
                    SwarmPlan.of(
                                    running.installation.protocol(),
                                    running.installation.targets(),
                                    running.jwks,
                                    DEVICES)
                            .withTopics(new TopicPlan(1, 4, 2))
                            .withLogs(directory);
            Sent sent = new Sent(plan);
            List<CompletableFuture<Void>> calls = new ArrayList<>();
            try (Swarm swarm = Swarm.start(plan)) {
                swarm.connect(DEVICES, new RampPlan(50, 200, PATIENCE));
                swarm.begin();
                Publisher publisher = running.installation.publisher();
                for (int i = 0; i < 100; i++) {
                    byte[] payload = sent.toUser(i % DEVICES, System.nanoTime()).payload();
                    calls.add(publisher.toUser("u" + i % DEVICES, payload));
                }
                for (int i = 0; i < 5; i++) {
                    byte[] payload = sent.toTopic(i, System.nanoTime()).payload();
                    calls.add(publisher.toTopic(TopicPlan.name(i), payload));
                }
                CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))
                        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                assertEquals(new Settlement(0, List.of()), swarm.settle(sent, PATIENCE));
                IntervalResult result = swarm.end();
                assertEquals(sent.deliveriesDue(plan), result.counts().received());
                assertEquals(0, result.counts().duplicates() + result.counts().holes());
            }
        }
    }

    @Test
    void gatewaysEndWithTheRigWhenItIsKilled() throws Exception {
        CompletableFuture<List<Long>> started = new CompletableFuture<>();
        try (LocalRedis redis = LocalRedis.start(Optional.empty());
                WatchedProcess rig =
                        WatchedProcess.start(
                                WatchedProcess.java(
                                        List.of("-Xmx128m"),
                                        PeerHost.class.getName(),
                                        redis.uri().toString(),
                                        directory.toString()),
                                Map.of(),
                                Optional.empty(),
                                line -> {
                                    if (line.startsWith(PeerHost.PIDS)) {
                                        started.complete(PeerHost.pids(line));
                                    }
                                })) {
            List<Long> gateways = started.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertEquals(GATEWAYS, gateways.size());
            assertTrue(gateways.stream().allMatch(pid -> ProcessHandle.of(pid).isPresent()));
            rig.kill();
            eventually(
                    "the gateways have ended",
                    () -> gateways.stream().noneMatch(pid -> ProcessHandle.of(pid).isPresent()));
        }
    }
}
