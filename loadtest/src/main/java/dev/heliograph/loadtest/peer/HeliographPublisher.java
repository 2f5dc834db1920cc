package dev.heliograph.loadtest.peer;

import com.google.protobuf.ByteString;
import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.producer.Notification;
import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.client.producer.Target;
import dev.heliograph.server.auth.TokenIssuer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The Java SDK, with its usual retries, and more patience. */
public final class HeliographPublisher implements Publisher {

    /** What {@code heliograph.auth.issuer} and {@code heliograph.auth.audience} are by default. */
    private static final String ISSUER = "heliograph";

    /** Longer than any run. */
    private static final Duration TOKEN_TTL = Duration.ofDays(2);

    /** A call that is slow is to be measured, and not to be given up and made again. */
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private static final String TYPE = "load";
    private static final String MEDIA_TYPE = "application/octet-stream";

    private final ProducerClient producer;

    /**
     * For a Notify API.
     *
     * @param address its {@code host:port}, without TLS
     * @param jwks file with the key that signs tokens for it
     */
    public HeliographPublisher(String address, Path jwks) throws IOException {
        String token = TokenIssuer.create(jwks, ISSUER, ISSUER).producer("loadtest", TOKEN_TTL);
        producer =
                ProducerClient.builder(address, TokenProvider.fixed(token))
                        .plaintext()
                        .deadline(DEADLINE)
                        .build();
    }

    @Override
    public CompletableFuture<Void> toUser(String user, byte[] payload) {
        return producer.notifyAsync(notification(Target.user(user), payload)).thenApply(_ -> null);
    }

    @Override
    public CompletableFuture<Void> toTopic(String topic, byte[] payload) {
        return producer.notifyAsync(notification(Target.topic(topic), payload))
                .thenApply(_ -> null);
    }

    @Override
    public CompletableFuture<Void> toUsers(List<String> users, List<byte[]> payloads) {
        List<Notification> notifications = new ArrayList<>(users.size());
        for (int i = 0; i < users.size(); i++) {
            notifications.add(notification(Target.user(users.get(i)), payloads.get(i)));
        }
        return producer.notifyBatchAsync(notifications)
                .thenAccept(
                        result -> {
                            if (!result.allStored()) {
                                throw new IllegalStateException(
                                        "%d of %d notifications are not stored: %s"
                                                .formatted(
                                                        result.incomplete().size(),
                                                        users.size(),
                                                        result.items()
                                                                .get(
                                                                        result.incomplete()
                                                                                .getFirst())));
                            }
                        });
    }

    private static Notification notification(Target target, byte[] payload) {
        return Notification.of(target, TYPE)
                .payload(ByteString.copyFrom(payload), MEDIA_TYPE)
                .build();
    }

    @Override
    public void close() {
        producer.close();
    }
}
