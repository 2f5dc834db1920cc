package dev.heliograph.loadtest.chaos.history;

import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.device.ChannelReset;
import dev.heliograph.client.device.ConnectionState;
import dev.heliograph.client.device.Delivery;
import dev.heliograph.client.device.DeviceClient;
import dev.heliograph.client.device.DeviceEncoding;
import dev.heliograph.client.device.DeviceListener;
import dev.heliograph.client.device.Diagnostic;
import dev.heliograph.client.device.SubscribeOptions;
import dev.heliograph.client.device.Subscription;
import dev.heliograph.client.device.SubscriptionException;
import dev.heliograph.client.store.FilePositionStore;
import dev.heliograph.client.store.PositionStore;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Deliver;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Duplicate;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Failed;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Handled;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Hole;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Killed;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Memory;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Reset;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Saved;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Start;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.State;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Stop;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;

/**
 * One incarnation of a device: a {@link DeviceClient} whose wire, handler and position store are
 * recorded. It ends by {@link #close}, in good order, or by {@link #abandon}, which looks to the
 * server and to the next incarnation like a kill.
 */
public final class RecordingDevice implements AutoCloseable {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().executor(Executors.newVirtualThreadPerTaskExecutor()).build();

    private final DeviceSpec spec;
    private final HistoryWriter history;
    private final String dev;
    private final int inc;
    private final DeviceClient client;
    private final List<SocketTap> taps = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile boolean dead;

    private RecordingDevice(
            DeviceSpec spec, HistoryWriter history, Handling handling, HttpClient http)
            throws IOException {
        this.spec = spec;
        this.history = history;
        this.dev = spec.name();
        this.inc = spec.incarnation();
        PositionStore positions =
                spec.store().isEmpty()
                        ? PositionStore.inMemory()
                        : FilePositionStore.open(Path.of(spec.store()));
        boolean knows = false;
        for (String channel : spec.channels()) {
            knows |= positions.load(channel).isPresent();
        }
        Memory memory = knows ? Memory.POSITIONS : Memory.NONE;
        write(
                t ->
                        new Start(
                                t,
                                dev,
                                inc,
                                spec.tenant(),
                                spec.user(),
                                spec.channels(),
                                memory,
                                !spec.store().isEmpty(),
                                spec.begin(),
                                "java",
                                true));
        this.client =
                DeviceClient.builder(spec.url(), TokenProvider.fixed(spec.token()))
                        .deviceId(spec.device())
                        .encoding(spec.json() ? DeviceEncoding.JSON : DeviceEncoding.PROTO)
                        .store(new RecordedStore(positions))
                        .listener(new Listener())
                        .httpClient(new TappedHttpClient(http, this::tap))
                        .build();
        for (String channel : spec.channels()) {
            SubscribeOptions begin =
                    spec.begin().equals("EARLIEST")
                            ? SubscribeOptions.earliest()
                            : SubscribeOptions.head();
            client.subscribeAsync(
                    channel,
                    begin.onReset(this::reset),
                    delivery -> handling.handle(delivery, () -> handle(delivery)));
        }
        client.connect();
    }

    /**
     * When the SDK is told that a notification is handled, seen from when it is. For tests that
     * want it wrong.
     */
    @FunctionalInterface
    interface Handling {

        /** As an app should: first handle, then say so. */
        Handling IN_ORDER =
                (delivery, handler) -> {
                    handler.run();
                    return CompletableFuture.completedFuture(null);
                };

        /** Runs the handler, and completes for the SDK. */
        CompletableFuture<Void> handle(Delivery delivery, Runnable handler);
    }

    /** Starts a device; its history goes to the given file, which the caller closes after it. */
    public static RecordingDevice start(DeviceSpec spec, HistoryWriter history) throws IOException {
        return start(spec, history, Handling.IN_ORDER);
    }

    static RecordingDevice start(DeviceSpec spec, HistoryWriter history, Handling handling)
            throws IOException {
        return new RecordingDevice(spec, history, handling, HTTP);
    }

    /** Where the SDK stands. */
    public ConnectionState state() {
        return client.state();
    }

    /** What it was made from. */
    public DeviceSpec spec() {
        return spec;
    }

    /**
     * Cuts every connection without a close frame, saves, handles and records nothing any more.
     * What the SDK still does ends in the void.
     */
    public void abandon() {
        write(t -> new Killed(t, dev, inc));
        dead = true;
        taps.forEach(SocketTap::cut);
        Thread.ofVirtual().name("abandoned-" + dev).start(client::close);
    }

    @Override
    public void close() {
        if (!dead) {
            client.close();
            write(t -> new Stop(t, dev, inc));
            dead = true;
        }
    }

    private void write(LongFunction<? extends HistoryEvent> event) {
        if (!dead) {
            history.write(event);
        }
    }

    private SocketTap tap() {
        WireRecorder recorder =
                new WireRecorder(this::write, dev, inc, connections.incrementAndGet());
        SocketTap tap = new SocketTap(recorder);
        taps.add(tap);
        if (dead) {
            tap.cut();
        }
        return tap;
    }

    private void handle(Delivery delivery) {
        long op = Content.op(delivery.payload());
        String digest =
                Content.digest(
                        delivery.type(),
                        delivery.contentType(),
                        delivery.attributes(),
                        delivery.payload());
        write(
                t ->
                        new Deliver(
                                t,
                                dev,
                                inc,
                                delivery.channel(),
                                delivery.seq(),
                                delivery.id(),
                                op,
                                digest,
                                delivery.redelivered()));
        pause();
        if (dead) {
            throw new IllegalStateException("Abandoned while it handled");
        }
        write(t -> new Handled(t, dev, inc, delivery.channel(), delivery.seq(), delivery.id(), op));
    }

    private void pause() {
        if (spec.handlerMs() > 0) {
            try {
                TimeUnit.MILLISECONDS.sleep(spec.handlerMs());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void reset(ChannelReset it) {
        Long last = it.lastSeq().isPresent() ? it.lastSeq().getAsLong() : null;
        write(
                t ->
                        new Reset(
                                t,
                                dev,
                                inc,
                                it.channel(),
                                it.reason().name(),
                                last,
                                it.nextSeq(),
                                it.headSeq()));
    }

    /** Records what is saved once it is; an abandoned device saves nothing. */
    private final class RecordedStore implements PositionStore {

        private final PositionStore real;

        RecordedStore(PositionStore real) {
            this.real = real;
        }

        @Override
        public Optional<String> load(String channel) throws IOException {
            return real.load(channel);
        }

        @Override
        public void save(String channel, String position) throws IOException {
            if (dead) {
                throw new IOException("Abandoned");
            }
            real.save(channel, position);
            write(t -> new Saved(t, dev, inc, channel, position));
        }

        @Override
        public void remove(String channel) throws IOException {
            real.remove(channel);
        }
    }

    private final class Listener implements DeviceListener {

        @Override
        public void onState(ConnectionState from, ConnectionState to) {
            String name = to.getClass().getSimpleName().toLowerCase(Locale.ROOT);
            write(t -> new State(t, dev, inc, name, String.valueOf(to)));
        }

        @Override
        public void onSubscriptionFailed(Subscription failed, SubscriptionException failure) {
            write(t -> new Failed(t, dev, inc, failed.channel(), failure.getMessage()));
        }

        @Override
        public void onDiagnostic(Diagnostic it) {
            switch (it.kind()) {
                case HOLE -> write(t -> new Hole(t, dev, inc, it.channel(), it.message()));
                case DUPLICATE ->
                        write(t -> new Duplicate(t, dev, inc, it.channel(), it.message()));
                default -> {
                    // The wire shows what it leads to.
                }
            }
        }
    }
}
