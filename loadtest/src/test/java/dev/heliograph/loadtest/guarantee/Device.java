package dev.heliograph.loadtest.guarantee;

import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.device.ChannelReset;
import dev.heliograph.client.device.Delivery;
import dev.heliograph.client.device.DeviceClient;
import dev.heliograph.client.device.SubscribeOptions;
import dev.heliograph.client.store.PositionStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A device of the Java SDK that remembers what its app was told. */
final class Device implements AutoCloseable {

    private final DeviceClient client;
    private final List<Delivery> deliveries = new CopyOnWriteArrayList<>();
    private final List<ChannelReset> resets = new CopyOnWriteArrayList<>();

    /**
     * How it is made.
     *
     * @param store keeps its positions
     * @param before runs in the handler, before a delivery is remembered
     */
    record Options(String id, PositionStore store, Consumer<Delivery> before) {

        static Options named(String id) {
            return new Options(id, PositionStore.inMemory(), delivery -> {});
        }

        Options with(PositionStore other) {
            return new Options(id, other, before);
        }

        Options handling(Consumer<Delivery> action) {
            return new Options(id, store, action);
        }
    }

    Device(String url, String token, Options options) throws Exception {
        client =
                DeviceClient.builder(url, TokenProvider.fixed(token))
                        .deviceId(options.id())
                        .store(options.store())
                        .build();
        var subscription =
                client.subscribe(
                        DeviceClient.INBOX,
                        SubscribeOptions.earliest().onReset(resets::add),
                        delivery -> {
                            options.before().accept(delivery);
                            deliveries.add(delivery);
                        });
        client.connect();
        subscription.ready().get(Stage.RECOVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    List<String> texts() {
        return deliveries.stream().map(Delivery::text).toList();
    }

    List<Long> seqs() {
        return deliveries.stream().map(Delivery::seq).toList();
    }

    List<ChannelReset> resets() {
        return List.copyOf(resets);
    }

    @Override
    public void close() {
        client.close();
    }
}
