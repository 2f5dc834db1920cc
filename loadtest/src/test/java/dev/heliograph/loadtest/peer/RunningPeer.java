package dev.heliograph.loadtest.peer;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.groupingBy;

import dev.heliograph.loadtest.swarm.DeviceIdentity;
import dev.heliograph.loadtest.swarm.DeviceProtocol;
import dev.heliograph.server.redis.LocalRedis;
import dev.heliograph.server.testkit.TestKey;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** A peer with some gateways, a Redis of its own, and devices that may connect. */
final class RunningPeer implements AutoCloseable {

    static final String TOPIC = "t0";

    private static final int TIMEOUT_S = 20;

    /** Text, as a password of a configuration file is. */
    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(UTF_8);

    private static final TestKey KEY = TestKey.hs256("k", SECRET);

    final Installation installation;
    final Path jwks;
    final List<PlainDevice> devices;
    private final LocalRedis redis;
    private final HttpClient client;
    private final DeviceProtocol protocol;

    RunningPeer(Peer peer, DeviceProtocol protocol, int gateways, int devices, Path directory)
            throws Exception {
        this.protocol = protocol;
        jwks = Files.writeString(directory.resolve("jwks.json"), TestKey.jwks(KEY));
        redis = LocalRedis.start(Optional.empty());
        try {
            installation =
                    peer.start(
                            new Plan(
                                    gateways,
                                    devices,
                                    redis.uri(),
                                    directory,
                                    new Credentials(jwks, SECRET)));
        } catch (Exception e) {
            redis.close();
            throw e;
        }
        client = HttpClient.newHttpClient();
        this.devices = IntStream.range(0, devices).mapToObj(this::device).toList();
    }

    private PlainDevice device(int number) {
        String payload = "{\"sub\":\"u%d\",\"exp\":4102444800}".formatted(number);
        return device(number, KEY.token(payload));
    }

    /** One more device, with another token. */
    PlainDevice device(int number, String token) {
        return new PlainDevice(
                client, protocol, new DeviceIdentity(number, "u" + number, List.of(TOPIC), token));
    }

    void connect(PlainDevice device) throws Exception {
        device.connect(target(device.identity.number()));
    }

    private String target(int device) {
        List<String> targets = installation.targets();
        return targets.get(device % targets.size());
    }

    void connectAll() throws Exception {
        for (PlainDevice device : devices) {
            connect(device);
        }
    }

    void toUser(int number, String payload) throws Exception {
        installation
                .publisher()
                .toUser("u" + number, payload.getBytes(UTF_8))
                .get(TIMEOUT_S, TimeUnit.SECONDS);
    }

    void toTopic(String payload) throws Exception {
        installation
                .publisher()
                .toTopic(TOPIC, payload.getBytes(UTF_8))
                .get(TIMEOUT_S, TimeUnit.SECONDS);
    }

    /** Waits until a device has got at least these, and returns what came more than once. */
    static List<String> awaitAll(PlainDevice device, List<String> expected) {
        eventually(
                () ->
                        device.identity.user()
                                + " has "
                                + device.received
                                + " and not all of "
                                + expected,
                () -> device.received.containsAll(expected));
        return new ArrayList<>(device.received)
                .stream().collect(groupingBy(payload -> payload)).values().stream()
                        .filter(same -> same.size() > 1)
                        .map(List::getFirst)
                        .toList();
    }

    @Override
    public void close() {
        client.shutdownNow();
        installation.close();
        redis.close();
    }
}
