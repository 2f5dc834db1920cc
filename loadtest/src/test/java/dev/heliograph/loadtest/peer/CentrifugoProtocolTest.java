package dev.heliograph.loadtest.peer;

import static dev.heliograph.loadtest.peer.RunningPeer.awaitAll;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heliograph.loadtest.WatchedProcess;
import dev.heliograph.loadtest.peer.centrifugo.CentrifugoPeer;
import dev.heliograph.loadtest.peer.centrifugo.CentrifugoProtocol;
import dev.heliograph.loadtest.peer.centrifugo.CentrifugoStub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The adapter for Centrifugo against a stub of the protocol only. {@link PeersTest} runs the real
 * one.
 */
class CentrifugoProtocolTest {

    @TempDir private Path directory;
    private RunningPeer running;
    private PlainDevice device;

    @BeforeEach
    void start() throws Exception {
        List<String> command =
                WatchedProcess.java(List.of("-Xmx64m"), CentrifugoStub.class.getName());
        Path stub =
                Files.writeString(
                        directory.resolve("centrifugo"),
                        // Java would say that it takes the options, and Centrifugo does not.
                        "#!/bin/sh\nunset JDK_JAVA_OPTIONS\nexec '"
                                + String.join("' '", command)
                                + "' \"$@\"\n");
        assertTrue(stub.toFile().setExecutable(true));
        running =
                new RunningPeer(
                        new CentrifugoPeer(stub), new CentrifugoProtocol(), 1, 3, directory);
        device = running.devices.getFirst();
    }

    @AfterEach
    void stop() {
        running.close();
    }

    @Test
    void everyPayloadArrivesOnceToUsersAndTopics() throws Exception {
        running.connectAll();
        running.toTopic("topic");
        List<String> users = new ArrayList<>();
        List<byte[]> payloads = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            running.toUser(i % 3, "single " + i);
            users.add("u" + i % 3);
            payloads.add(("batch " + i).getBytes(UTF_8));
        }
        running.installation.publisher().toUsers(users, payloads).get(20, TimeUnit.SECONDS);
        for (int i = 0; i < 3; i++) {
            PlainDevice each = running.devices.get(i);
            List<String> expected = new ArrayList<>(List.of("topic"));
            for (int n = i; n < 9; n += 3) {
                expected.addAll(List.of("single " + n, "batch " + n));
            }
            assertEquals(List.of(), awaitAll(each, expected));
            assertEquals(expected.size(), each.received.size());
            assertEquals(0, each.holes.get() + each.resets.get());
        }
    }

    @Test
    void aDeviceThatWasCutRecoversBothItsChannels() throws Exception {
        running.connectAll();
        running.toUser(0, "before");
        awaitAll(device, List.of("before"));
        device.cut();
        running.toUser(0, "missed 1");
        running.toUser(0, "missed 2");
        running.toTopic("missed topic");
        running.connect(device);
        running.toUser(0, "after");
        List<String> expected = List.of("before", "missed 1", "missed 2", "missed topic", "after");
        assertEquals(List.of(), awaitAll(device, expected));
        assertEquals(expected.size(), device.received.size());
        assertEquals(0, device.holes.get() + device.resets.get());
    }

    @Test
    void aDeviceIsToldWhenNothingCanBeRecovered() throws Exception {
        running.connect(device);
        running.toUser(0, "before");
        awaitAll(device, List.of("before"));
        // The stub's history is gone with it, and with that the epoch is another one's.
        running.installation.restart(0);
        device.cut();
        running.connect(device);
        assertEquals(2, device.resets.get());
    }
}
