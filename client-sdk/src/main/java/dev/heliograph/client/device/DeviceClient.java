package dev.heliograph.client.device;

import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.internal.TokenSource;
import dev.heliograph.client.store.PositionStore;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * A device of a user: receives notifications, reconnects, resumes where it was, and gives no
 * notification to a handler twice.
 *
 * {@snippet :
 * try (DeviceClient client =
 *         DeviceClient.builder("ws://localhost:8080/v1/connect", TokenProvider.fixed(token))
 *                 .deviceId("phone-1")
 *                 .build()) {
 *     client.subscribe("inbox", notification -> System.out.println(notification.text()));
 *     client.connect();
 * }
 * }
 *
 * <p>Making a client does nothing; {@link #connect} starts it. All methods are safe for any thread
 * and never block, but for {@link #close}. A client that has stopped, see {@link
 * ConnectionState.Closed}, stays so.
 */
public final class DeviceClient implements AutoCloseable {

    /** The name of the own inbox for {@link #subscribe}. */
    public static final String INBOX = ChannelRegistry.INBOX;

    /** Enough to save positions and send what is queued; the app must not hang on exit. */
    private static final long CLOSE_TIMEOUT_MS = 5_000;

    private final DeviceOptions options;
    private final Notices notices;
    private final DeviceMachine machine;

    DeviceClient(DeviceOptions options) {
        this.options = options;
        this.notices = new Notices(options.listener(), options.executor());
        this.machine = new DeviceMachine(options, notices);
    }

    /**
     * Describes a client.
     *
     * @param url the gateway's endpoint, such as {@code wss://push.example.com/v1/connect}; http
     *     and https mean the same
     * @param tokens where tokens come from
     */
    public static Builder builder(String url, TokenProvider tokens) {
        return new Builder(URI.create(url), tokens);
    }

    /**
     * Starts to connect, and to reconnect whenever a connection ends. Further calls change nothing.
     */
    public void connect() {
        options.loop().post(machine::connect);
    }

    /**
     * Completes when a gateway has welcomed the device for the first time; fails with {@link
     * DeviceClosedException} when the client stops before.
     */
    public CompletableFuture<Void> connected() {
        return machine.firstWelcome().copy();
    }

    /** Subscribes from now on, or from the channel's stored position. */
    public Subscription subscribe(String channel, NotificationHandler handler) {
        return subscribe(channel, SubscribeOptions.head(), handler);
    }

    /**
     * Subscribes to a channel for as long as the client lives, or until the subscription is closed.
     * A client has at most one subscription per channel; a second one ends at once with {@link
     * SubscriptionException.Reason#DUPLICATE}.
     *
     * @param channel {@code inbox}, {@code user/<own id>} or {@code topic/<name>}
     * @param handler gets the notifications, see {@link NotificationHandler}
     */
    public Subscription subscribe(
            String channel, SubscribeOptions subscribeOptions, NotificationHandler handler) {
        Objects.requireNonNull(handler, "handler");
        CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
        return subscribeAsync(
                channel,
                subscribeOptions,
                delivery -> {
                    handler.handle(delivery);
                    return done;
                });
    }

    /** The same for a handler whose work ends later. */
    public Subscription subscribeAsync(
            String channel, SubscribeOptions subscribeOptions, AsyncNotificationHandler handler) {
        if (!channel.equals(INBOX)
                && !channel.startsWith("user/")
                && !channel.startsWith("topic/")) {
            throw new IllegalArgumentException(
                    "Not a channel: "
                            + channel
                            + "; it has to be inbox, user/<id> or topic/<name>");
        }
        ChannelSubscription subscription =
                new ChannelSubscription(
                        channel,
                        Objects.requireNonNull(subscribeOptions, "subscribeOptions"),
                        Objects.requireNonNull(handler, "handler"),
                        options,
                        notices,
                        machine.registry());
        if (!options.loop().post(() -> machine.subscribe(subscription))) {
            subscription.end(Optional.empty());
        }
        return subscription;
    }

    /** Where the client stands. */
    public ConnectionState state() {
        return machine.state();
    }

    /**
     * Saves and acknowledges what was handled, and ends the connection. Returns within 5 s.
     * Handlers that run go on, and their notifications come again on a next start. Further calls do
     * nothing.
     */
    @Override
    public void close() {
        options.loop().post(machine::close);
        try {
            machine.over()
                    .copy()
                    .completeOnTimeout(null, CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS)
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new AssertionError("The end of a client cannot fail", e);
        }
    }

    /** Describes a client. */
    public static final class Builder {

        private static final Set<String> SCHEMES = Set.of("ws", "wss", "http", "https");

        private final URI url;
        private final TokenProvider tokens;
        private String deviceId = "";
        private boolean observer;
        private PositionStore store = PositionStore.inMemory();
        private DeviceEncoding encoding = DeviceEncoding.PROTO;
        private DeviceListener listener = new DeviceListener() {};
        private Executor executor =
                task -> Thread.ofVirtual().name("heliograph-handler").start(task);
        private HttpClient http;
        private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();

        private Builder(URI url, TokenProvider tokens) {
            if (url.getScheme() == null || !SCHEMES.contains(url.getScheme())) {
                throw new IllegalArgumentException(
                        "The URL has to begin with ws:// or wss://, but is " + url);
            }
            this.url = url;
            this.tokens = Objects.requireNonNull(tokens, "tokens");
        }

        /**
         * Names this device among the user's; the same on every start. Needed unless the token
         * binds a device.
         */
        public Builder deviceId(String id) {
            this.deviceId = Objects.requireNonNull(id, "id");
            return this;
        }

        /**
         * Whether this device only watches, as a dashboard does. A gateway under pressure may then
         * serve it every 5 s; all that is stored still comes, in order, and what is CRITICAL does
         * not wait (D-10). Not so by default.
         */
        public Builder observer(boolean onlyWatches) {
            this.observer = onlyWatches;
            return this;
        }

        /**
         * Where positions are kept. By default in memory: a new start begins where each
         * subscription's options say.
         */
        public Builder store(PositionStore positions) {
            this.store = Objects.requireNonNull(positions, "positions");
            return this;
        }

        /** How frames are written. Protobuf by default. */
        public Builder encoding(DeviceEncoding frames) {
            this.encoding = Objects.requireNonNull(frames, "frames");
            return this;
        }

        /** Who hears of states, failures and diagnostics. */
        public Builder listener(DeviceListener hears) {
            this.listener = Objects.requireNonNull(hears, "hears");
            return this;
        }

        /**
         * Where handlers and the listener run; the caller's to shut down, after the client. By
         * default virtual threads.
         */
        public Builder executor(Executor runs) {
            this.executor = Objects.requireNonNull(runs, "runs");
            return this;
        }

        /**
         * For own TLS settings or a proxy; the caller's to close. By default one client for all
         * devices of the process.
         */
        public Builder httpClient(HttpClient client) {
            this.http = Objects.requireNonNull(client, "client");
            return this;
        }

        /** Where jitter comes from: values in [0, 1). */
        public Builder random(DoubleSupplier values) {
            this.random = Objects.requireNonNull(values, "values");
            return this;
        }

        /** The client. */
        public DeviceClient build() {
            HttpClient client = http == null ? JdkTransport.sharedHttp() : http;
            return new DeviceClient(
                    new DeviceOptions(
                            deviceId,
                            observer,
                            new TokenSource(tokens),
                            new JdkTransport(client, url, encoding),
                            new VirtualThreadLoop(),
                            store,
                            listener,
                            executor,
                            random));
        }
    }
}
