package dev.heliograph.loadtest.peer;

import static dev.heliograph.loadtest.peer.RunningPeer.awaitAll;
import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heliograph.loadtest.peer.Installation.Part;
import dev.heliograph.loadtest.peer.Peer.Ability;
import dev.heliograph.loadtest.peer.floor.FloorPeer;
import dev.heliograph.loadtest.peer.floor.FloorProtocol;
import dev.heliograph.loadtest.peer.nodews.NodeWsPeer;
import dev.heliograph.loadtest.peer.nodews.NodeWsProtocol;
import dev.heliograph.loadtest.peer.socketio.SocketIoPeer;
import dev.heliograph.loadtest.peer.socketio.SocketIoProtocol;
import dev.heliograph.loadtest.swarm.DeviceProtocol;
import dev.heliograph.server.testkit.TestKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The systems that Heliograph is compared with: real processes, real sockets. */
class PeersTest {

    private static final int DEVICES = 20;

    @TempDir private Path directory;

    static Stream<Arguments> peers() {
        return Stream.of(
                peer(new NodeWsPeer(), new NodeWsProtocol()),
                peer(new SocketIoPeer(), new SocketIoProtocol()),
                peer(new FloorPeer(), new FloorProtocol()));
    }

    private static Arguments peer(Peer peer, DeviceProtocol protocol) {
        return Arguments.argumentSet(peer.name(), peer, protocol);
    }

    @ParameterizedTest
    @MethodSource("peers")
    void everyPayloadArrivesOnceAndNothingIsLeftRunning(Peer peer, DeviceProtocol protocol)
            throws Exception {
        List<Part> parts;
        try (RunningPeer running = new RunningPeer(peer, protocol, DEVICES, directory)) {
            parts = running.installation.parts();
            assertEquals(RunningPeer.GATEWAYS, parts.size());
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
        try (RunningPeer running = new RunningPeer(peer, protocol, 4, directory)) {
            running.connectAll();
            PlainDevice device = running.devices.getFirst();
            PlainDevice neighbour = running.devices.get(RunningPeer.GATEWAYS);
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
        try (RunningPeer running = new RunningPeer(peer, protocol, 4, directory)) {
            running.connectAll();
            List<String> targets = running.installation.targets();
            List<Part> before = running.installation.parts();

            running.installation.restart(0);

            assertEquals(targets, running.installation.targets());
            assertNotEquals(before.getFirst(), running.installation.parts().getFirst());
            assertEquals(before.getLast(), running.installation.parts().getLast());
            for (PlainDevice device : running.devices) {
                if (device.identity.number() % RunningPeer.GATEWAYS == 0) {
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
        try (RunningPeer running = new RunningPeer(peer, protocol, 0, directory)) {
            String forged = TestKey.hs256("k").token("{\"sub\":\"u0\",\"exp\":4102444800}");
            PlainDevice device = running.device(0, forged);
            if (peer.abilities().contains(Ability.AUTHENTICATION)) {
                assertThrows(Exception.class, () -> running.connect(device));
            } else {
                running.connect(device);
            }
        }
    }
}
