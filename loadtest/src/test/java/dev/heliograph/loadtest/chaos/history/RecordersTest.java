package dev.heliograph.loadtest.chaos.history;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

import com.google.gson.Gson;
import dev.heliograph.client.producer.Target;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Deliver;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Got;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Handled;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Invoke;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Memory;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Saved;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Start;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Subscribed;
import dev.heliograph.loadtest.chaos.history.ProducerRecorder.Fate;
import dev.heliograph.loadtest.chaos.history.ProducerRecorder.Order;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What recorders write is what happened, in the same words for both SDKs. */
class RecordersTest {

    private static final Path TS_CLIENT = Path.of("..", "ts-client").toAbsolutePath().normalize();

    @TempDir private Path directory;
    private Path history;
    private Installation installation;
    private ProducerRecorder producer;
    private final List<Process> processes = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        history = directory.resolve("history");
        installation = new Installation(directory);
        producer = ProducerRecorder.open(history, n -> installation.producer(), "test-");
    }

    @AfterEach
    void stop() {
        processes.forEach(Process::destroyForcibly);
        producer.close();
        installation.close();
    }

    @Test
    void aDeviceInThisProcessIsRecordedFromTheWireToTheSavedPosition() throws Exception {
        for (boolean json : new boolean[] {false, true}) {
            String name = json ? "json" : "proto";
            DeviceSpec spec = installation.device("alice", name);
            try (HistoryWriter out = HistoryWriter.open(history, name);
                    RecordingDevice device =
                            RecordingDevice.start(json ? spec.asJson() : spec, out)) {
                awaitSubscribed(name, 1);
                long op = send("alice");
                eventually("it is handled", () -> handled(name).contains(op));
                // Where the channel began is saved, too.
                eventually(
                        "it is saved",
                        () ->
                                all(name, Saved.class).stream()
                                        .map(Saved::pos)
                                        .toList()
                                        .contains(all(name, Got.class).getFirst().pos()));
                assertThat(device.spec().name(), is("alice/" + name));
            }
            Got got = all(name, Got.class).getFirst();
            Deliver deliver = all(name, Deliver.class).getFirst();
            assertThat(deliver.id(), is(got.id()));
            assertThat(deliver.digest(), is(all("producer", Invoke.class).getLast().digest()));
            assertThat(all(name, Saved.class).getLast().pos(), is(got.pos()));
            assertThat(times(name), is(times(name).stream().sorted().toList()));
        }
    }

    @Test
    void anAbandonedDeviceWritesNothingMoreAndItsNextIncarnationGoesOnFromItsStore()
            throws Exception {
        DeviceSpec spec =
                installation.device("bob", "d").store(directory.resolve("bob.pos").toString());
        try (HistoryWriter out = HistoryWriter.open(history, "bob")) {
            RecordingDevice first = RecordingDevice.start(spec, out);
            awaitSubscribed("bob", 1);
            long before = send("bob");
            eventually("it is saved", () -> all("bob", Saved.class).size() >= 2);
            first.abandon();
            long lines = times("bob").size();
            long between = send("bob");
            assertThat((long) times("bob").size(), is(lines));
            try (RecordingDevice second = RecordingDevice.start(spec.incarnation(1), out)) {
                eventually("the next is handled", () -> handled("bob").contains(between));
                assertThat(second.spec().incarnation(), is(1));
            }
            assertThat(handled("bob"), contains(before, between));
            assertThat(all("bob", Start.class).getLast().memory(), is(Memory.POSITIONS));
        }
    }

    @Test
    void aKilledProcessOfDevicesLeavesAReadableHistory() throws Exception {
        killedAndStartedAgain(
                "java",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                RecordingDevices.class.getName());
    }

    @Test
    void theTypeScriptSdkIsRecordedInTheSameWords() throws Exception {
        killedAndStartedAgain(
                "ts",
                "node",
                Path.of("src/main/node/recording-device.mjs").toAbsolutePath().toString());
    }

    private void killedAndStartedAgain(String name, String... command) throws Exception {
        DeviceSpec spec =
                installation
                        .device("carol", name)
                        .channels("user/carol", "topic/news")
                        .store(directory.resolve(name + ".pos").toString());
        Process first = launch(name, spec, command);
        awaitSubscribed(name, 2);
        long before = send("carol");
        eventually("it is saved", () -> all(name, Saved.class).size() >= 3);
        first.destroyForcibly().waitFor();
        Files.writeString(
                history.resolve(name + ".jsonl"),
                "{\"e\":\"got\",\"t\":12",
                java.nio.file.StandardOpenOption.APPEND);

        long between = send("carol");
        Process second = launch(name, spec.incarnation(1), command);
        eventually("the next is handled", () -> handled(name).contains(between));
        Quiescence quiescence = new Quiescence(history);
        long marker = send("carol");
        assertThat(
                quiescence.await(
                        Map.of("carol/" + name, List.of("user/carol")),
                        Map.of("user/carol", marker),
                        Duration.ofSeconds(20)),
                is(empty()));
        second.getOutputStream().close();
        second.waitFor();

        assertThat(handled(name), contains(before, between, marker));
        assertThat(
                all(name, Deliver.class).stream().map(Deliver::digest).toList(),
                is(all("producer", Invoke.class).stream().map(Invoke::digest).toList()));
        assertThat(
                all(name, Subscribed.class).stream().map(Subscribed::outcome).distinct().toList(),
                contains("OK"));
        assertThat(all(name, Start.class).getLast().memory(), is(Memory.POSITIONS));
        assertThat(kinds(name), hasItem("Stop"));
        assertThat(kinds(name), hasItem("Ack"));
        assertThat(all(name, Got.class).getFirst().conn(), is(greaterThan(0)));
    }

    private Process launch(String name, DeviceSpec spec, String... command) throws IOException {
        Path devices = directory.resolve(name + ".json");
        Files.writeString(devices, new Gson().toJson(List.of(spec)));
        List<String> all = new ArrayList<>(List.of(command));
        all.add(history.resolve(name + ".jsonl").toString());
        all.add(devices.toString());
        if (name.equals("ts")) {
            all.add(TS_CLIENT.toString());
        }
        Process process =
                new ProcessBuilder(all)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve(name + ".log").toFile())
                        .start();
        processes.add(process);
        return process;
    }

    private long send(String user) throws InterruptedException {
        var sent = producer.send(Order.to(Target.user(user)));
        assertThat(sent.fate(), is(Fate.STORED));
        return sent.op();
    }

    private void awaitSubscribed(String name, int channels) {
        eventually(name + " is subscribed", () -> all(name, Subscribed.class).size() >= channels);
    }

    private Set<Long> handled(String name) {
        Set<Long> ops = new LinkedHashSet<>();
        all(name, Handled.class).forEach(each -> ops.add(each.op()));
        return ops;
    }

    private List<Long> times(String name) {
        return all(name, HistoryEvent.class).stream().map(HistoryEvent::t).toList();
    }

    private List<String> kinds(String name) {
        return all(name, HistoryEvent.class).stream()
                .map(each -> each.getClass().getSimpleName())
                .toList();
    }

    private <T extends HistoryEvent> List<T> all(String name, Class<T> type) {
        Path file = history.resolve(name + ".jsonl");
        if (!Files.exists(file)) {
            return List.of();
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.endsWith("}"))
                    .map(HistoryJson::parse)
                    .filter(type::isInstance)
                    .map(type::cast)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
