package dev.heliograph.loadtest.peer;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A backend that sends. Each call completes when the system has taken the notification over. */
public interface Publisher extends AutoCloseable {

    /** To the devices of a user. */
    CompletableFuture<Void> toUser(String user, byte[] payload);

    /** To all devices that have subscribed to a topic. */
    CompletableFuture<Void> toTopic(String topic, byte[] payload);

    /** Several to one user each, in one call where the system has such calls. */
    CompletableFuture<Void> toUsers(List<String> users, List<byte[]> payloads);

    @Override
    void close();
}
