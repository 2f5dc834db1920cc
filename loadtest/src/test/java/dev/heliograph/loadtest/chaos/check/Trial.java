package dev.heliograph.loadtest.chaos.check;

import static dev.heliograph.server.testkit.Eventually.eventually;

import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.client.producer.Target;
import dev.heliograph.loadtest.chaos.history.DeviceSpec;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Saved;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Subscribed;
import dev.heliograph.loadtest.chaos.history.HistoryJson;
import dev.heliograph.loadtest.chaos.history.HistoryWriter;
import dev.heliograph.loadtest.chaos.history.ProducerRecorder;
import dev.heliograph.loadtest.chaos.history.ProducerRecorder.Fate;
import dev.heliograph.loadtest.chaos.history.ProducerRecorder.Order;
import dev.heliograph.loadtest.chaos.history.Quiescence;
import dev.heliograph.loadtest.chaos.history.RecordingDevice;
import dev.heliograph.loadtest.chaos.history.RunRecorder;
import dev.heliograph.server.log.Position;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** A small run against a real system, right or wrong, and the verdict on it. */
final class Trial implements AutoCloseable {

    /** Well beyond what delivery takes, well below the first repair of anti-entropy. */
    private static final Duration CATCH_UP = Duration.ofSeconds(5);

    private static final int MAX_LENGTH = 1_000;

    private final Path history;
    private final RunRecorder run;
    private final ProducerRecorder producer;
    private final Map<String, RecordingDevice> devices = new LinkedHashMap<>();
    private final List<HistoryWriter> writers = new ArrayList<>();

    Trial(Path history, ProducerClient backend) throws IOException {
        this.history = history;
        this.run =
                RunRecorder.begin(history, "single", 0, MAX_LENGTH, Duration.ofDays(7).toMillis());
        this.producer =
                ProducerRecorder.open(
                        history, n -> backend, history.getFileName() + "-" + System.nanoTime());
    }

    RunRecorder run() {
        return run;
    }

    /** Where a device's history goes. */
    HistoryWriter writer(DeviceSpec spec) throws IOException {
        HistoryWriter writer =
                HistoryWriter.open(
                        history, spec.name().replace('/', '-') + "-" + spec.incarnation());
        writers.add(writer);
        return writer;
    }

    /** Starts a device and waits until it is subscribed. */
    RecordingDevice start(DeviceSpec spec) throws IOException {
        return started(RecordingDevice.start(spec, writer(spec)));
    }

    /** Takes a device that writes to its {@link #writer} and waits until it is subscribed. */
    RecordingDevice started(RecordingDevice device) {
        DeviceSpec spec = device.spec();
        devices.put(spec.name(), device);
        eventually(
                spec.name() + " is subscribed", () -> subscribed(spec) >= spec.channels().size());
        return device;
    }

    /** Answers to the device's Subscribes so far. */
    long subscribed(DeviceSpec spec) {
        return recorded(spec, Subscribed.class).size();
    }

    /** Whether the history knows that the device has saved a position with this number. */
    boolean hasSaved(DeviceSpec spec, long seq) {
        return recorded(spec, Saved.class).stream()
                .flatMap(saved -> Position.parse(saved.pos()).stream())
                .anyMatch(position -> position.seq() == seq);
    }

    private <T> List<T> recorded(DeviceSpec spec, Class<T> kind) {
        Path file =
                history.resolve(
                        spec.name().replace('/', '-')
                                + "-"
                                + spec.incarnation()
                                + HistoryWriter.SUFFIX);
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.endsWith("}"))
                    .map(HistoryJson::parse)
                    .filter(kind::isInstance)
                    .map(kind::cast)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends notifications to users in turn. */
    void send(int count, String... users) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            send(Order.to(Target.user(users[i % users.length])));
        }
    }

    long send(Order order) throws InterruptedException {
        ProducerRecorder.Sent sent = producer.send(order);
        if (sent.fate() != Fate.STORED) {
            throw new AssertionError("Not stored: " + sent);
        }
        return sent.op();
    }

    /** Waits until all devices have caught up. */
    Set<String> catchUp() throws IOException, InterruptedException {
        return catchUp(CATCH_UP);
    }

    Set<String> catchUp(Duration atMost) throws IOException, InterruptedException {
        Quiescence quiescence = new Quiescence(history);
        Map<String, List<String>> expected = new LinkedHashMap<>();
        devices.values().forEach(it -> expected.put(it.spec().name(), it.spec().channels()));
        Map<String, Long> markers = new LinkedHashMap<>();
        for (List<String> channels : expected.values()) {
            for (String channel : channels) {
                if (!markers.containsKey(channel)) {
                    markers.put(channel, send(Order.to(target(channel))));
                }
            }
        }
        return quiescence.await(expected, markers, atMost);
    }

    private static Target target(String channel) {
        String name = channel.substring(channel.indexOf('/') + 1);
        return channel.startsWith("user/") ? Target.user(name) : Target.topic(name);
    }

    /** Ends the run and judges it. */
    Verdict verdict() throws IOException, InterruptedException {
        run.quiet(catchUp());
        close();
        return Checker.check(history);
    }

    @Override
    public void close() {
        devices.values().forEach(RecordingDevice::close);
        devices.clear();
        writers.forEach(HistoryWriter::close);
        writers.clear();
        producer.close();
        run.close();
    }
}
