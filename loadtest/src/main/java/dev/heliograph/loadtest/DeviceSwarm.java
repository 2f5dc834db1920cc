package dev.heliograph.loadtest;

import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.device.DeviceClient;
import dev.heliograph.client.device.DeviceListener;
import dev.heliograph.client.device.Diagnostic;
import dev.heliograph.client.device.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** Many devices, one per user, each subscribed to its inbox. */
final class DeviceSwarm implements AutoCloseable {

    /**
     * Devices that connect at a time: a smoke test measures deliveries, not a storm of handshakes.
     */
    private static final int CONNECT_BATCH = 100;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(60);

    private final String url;
    private final UnaryOperator<String> tokenOf;
    private final Ledger ledger;
    private final List<DeviceClient> clients = new ArrayList<>();
    private final AtomicLong holes = new AtomicLong();
    private final AtomicLong repeats = new AtomicLong();
    private final AtomicLong reconnects = new AtomicLong();

    /** A swarm without devices; {@code tokenOf} gives a user's token. */
    DeviceSwarm(String url, UnaryOperator<String> tokenOf, Ledger ledger) {
        this.url = url;
        this.tokenOf = tokenOf;
        this.ledger = ledger;
    }

    /** Connects one device for each user and waits until all are subscribed. */
    void connect(List<String> users) throws Exception {
        for (int from = 0; from < users.size(); from += CONNECT_BATCH) {
            List<CompletableFuture<Void>> ready = new ArrayList<>();
            for (String user : users.subList(from, Math.min(users.size(), from + CONNECT_BATCH))) {
                ready.add(connect(user).ready());
            }
            CompletableFuture.allOf(ready.toArray(CompletableFuture[]::new))
                    .get(CONNECT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private Subscription connect(String user) {
        DeviceClient client =
                DeviceClient.builder(url, TokenProvider.fixed(tokenOf.apply(user)))
                        .deviceId("load-1")
                        .listener(new Counter())
                        .build();
        clients.add(client);
        Subscription subscription =
                client.subscribe(
                        DeviceClient.INBOX,
                        delivery -> ledger.delivered(delivery.payload(), System.nanoTime()));
        client.connect();
        return subscription;
    }

    /** Times that a device saw a hole and resumed. */
    long holes() {
        return holes.get();
    }

    /** Notifications that came again and that the SDK kept from the handler. */
    long repeats() {
        return repeats.get();
    }

    /** Connections that ended. */
    long reconnects() {
        return reconnects.get();
    }

    @Override
    public void close() {
        List<Thread> closing = new ArrayList<>();
        for (DeviceClient client : clients) {
            closing.add(Thread.startVirtualThread(client::close));
        }
        for (Thread thread : closing) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private final class Counter implements DeviceListener {

        @Override
        public void onDiagnostic(Diagnostic diagnostic) {
            switch (diagnostic.kind()) {
                case HOLE -> holes.incrementAndGet();
                case DUPLICATE -> repeats.incrementAndGet();
                case CONNECTION -> reconnects.incrementAndGet();
                default -> {
                    // What it leads to is counted.
                }
            }
        }
    }
}
