package dev.heliograph.client;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import dev.heliograph.client.device.DeviceClient;
import dev.heliograph.client.producer.Notification;
import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.client.producer.Target;
import dev.heliograph.client.store.PositionStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an app learns of its earlier runs, on a real server. */
class RedeliveredEndToEndTest {

    @TempDir static Path directory;

    private static Installation installation;
    private static ProducerClient producer;

    /** Texts, with a * where they were marked. */
    private final List<String> handled = new CopyOnWriteArrayList<>();

    private final List<DeviceClient> clients = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        installation = new Installation(directory);
        producer = installation.producer();
    }

    @AfterAll
    static void stop() {
        producer.close();
        installation.close();
    }

    @AfterEach
    void closeClients() {
        clients.forEach(DeviceClient::close);
    }

    /** A store whose writes are lost from some moment on, as those of an app that is killed. */
    private static final class LosingStore implements PositionStore {

        private final PositionStore kept = PositionStore.inMemory();
        private volatile boolean losing;

        @Override
        public Optional<String> load(String channel) throws IOException {
            return kept.load(channel);
        }

        @Override
        public void save(String channel, String position) throws IOException {
            if (!losing) {
                kept.save(channel, position);
            }
        }

        @Override
        public void remove(String channel) throws IOException {
            kept.remove(channel);
        }
    }

    private void run(DeviceClient.Builder builder) throws Exception {
        DeviceClient client = builder.build();
        clients.add(client);
        var subscription =
                client.subscribe(
                        DeviceClient.INBOX,
                        delivery ->
                                handled.add(delivery.text() + (delivery.redelivered() ? "*" : "")));
        client.connect();
        subscription.ready().get(20, TimeUnit.SECONDS);
    }

    private void send(String user, int from, int through) {
        for (int i = from; i <= through; i++) {
            producer.notify(
                    Notification.of(Target.user(user), "t").text(Integer.toString(i)).build());
        }
    }

    private void awaitHandled(int count) {
        eventually(() -> count + " notifications, got " + handled, () -> handled.size() >= count);
    }

    private void awaitAway(String user) {
        var redis = installation.redis().commands();
        eventually(
                "the session's end is noted",
                () ->
                        redis.keys("hg:*:u:default/" + user).stream()
                                .anyMatch(key -> redis.hget(key, "phone-1").startsWith("- - ")));
    }

    @Test
    void aKilledAppGetsWhatWasInFlightAgainMarkedAndNothingElseMarked_D7() throws Exception {
        LosingStore store = new LosingStore();
        try (CutProxy proxy = new CutProxy(installation.server().httpPort())) {
            run(installation.device("killed", proxy.port()).store(store));
            send("killed", 1, 2);
            awaitHandled(2);
            eventually("the position after 2", () -> positionSeq(store, "user/killed") == 2);
            store.losing = true;
            send("killed", 3, 5);
            awaitHandled(5);
            proxy.cut(true);
            awaitAway("killed");
            send("killed", 6, 7);
            run(installation.device("killed").store(store.kept));
            send("killed", 8, 8);
            awaitHandled(11);
        }
        assertThat(handled, contains("1", "2", "3", "4", "5", "3*", "4*", "5*", "6", "7", "8"));
    }

    /** Positions are opaque to apps; a test may look. */
    private static long positionSeq(PositionStore store, String channel) {
        try {
            return store.load(channel)
                    .map(position -> Long.parseLong(position.split("\\.")[1]))
                    .orElse(-1L);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aClientThatLivesOnOverManyCutsGetsNothingMarked_D7() throws Exception {
        try (CutProxy proxy = new CutProxy(installation.server().httpPort())) {
            run(installation.device("alive", proxy.port()));
            for (int round = 0; round < 5; round++) {
                send("alive", round * 20 + 1, round * 20 + 10);
                proxy.cut(true);
                send("alive", round * 20 + 11, round * 20 + 20);
                proxy.restore();
                awaitHandled(round * 20 + 20);
            }
        }
        assertThat(handled, is(IntStream.rangeClosed(1, 100).mapToObj(Integer::toString).toList()));
    }
}
