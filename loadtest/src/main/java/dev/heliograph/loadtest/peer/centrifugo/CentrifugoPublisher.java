package dev.heliograph.loadtest.peer.centrifugo;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.heliograph.loadtest.peer.Base64Payload;
import dev.heliograph.loadtest.peer.Publisher;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

/** The HTTP API of one node after the other that listens, over connections that are kept. */
final class CentrifugoPublisher implements Publisher {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int OK = 200;

    private final HttpClient client;
    private final List<String> targets;
    private final String apiKey;
    private final AtomicInteger turn = new AtomicInteger();

    /** A publisher; the client stays its owner's. */
    CentrifugoPublisher(HttpClient client, List<String> targets, String apiKey) {
        this.client = client;
        this.targets = List.copyOf(targets);
        this.apiKey = apiKey;
    }

    @Override
    public CompletableFuture<Void> toUser(String user, byte[] payload) {
        return call("publish", publication(CentrifugoConfig.personal(user), payload));
    }

    @Override
    public CompletableFuture<Void> toTopic(String topic, byte[] payload) {
        return call("publish", publication(CentrifugoConfig.topic(topic), payload));
    }

    @Override
    public CompletableFuture<Void> toUsers(List<String> users, List<byte[]> payloads) {
        JsonArray commands = new JsonArray();
        for (int i = 0; i < users.size(); i++) {
            JsonObject command = new JsonObject();
            command.add(
                    "publish",
                    publication(CentrifugoConfig.personal(users.get(i)), payloads.get(i)));
            commands.add(command);
        }
        JsonObject batch = new JsonObject();
        batch.add("commands", commands);
        batch.addProperty("parallel", true);
        return call("batch", batch);
    }

    private static JsonObject publication(String channel, byte[] payload) {
        JsonObject publication = new JsonObject();
        publication.addProperty("channel", channel);
        publication.addProperty("data", Base64Payload.encode(payload));
        return publication;
    }

    private CompletableFuture<Void> call(String method, JsonObject body) {
        int first = Math.floorMod(turn.getAndIncrement(), targets.size());
        return call(method, body.toString(), first, targets.size() - 1)
                .thenAccept(CentrifugoPublisher::requireSuccess);
    }

    /** One that does not listen has got nothing, so another may be asked, as a balancer would. */
    private CompletableFuture<HttpResponse<String>> call(
            String method, String body, int node, int others) {
        String target = targets.get(node % targets.size());
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://" + target + "/api/" + method))
                        .timeout(TIMEOUT)
                        .header("X-API-Key", apiKey)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build();
        return client.sendAsync(request, BodyHandlers.ofString())
                .exceptionallyCompose(
                        e ->
                                others > 0 && isRefused(e)
                                        ? call(method, body, node + 1, others - 1)
                                        : CompletableFuture.failedFuture(e));
    }

    private static boolean isRefused(Throwable e) {
        return e instanceof ConnectException || e.getCause() instanceof ConnectException;
    }

    /** Failures come with status 200 too, as {@code error}; in a batch one for each command. */
    private static void requireSuccess(HttpResponse<String> response) {
        String body = response.body();
        boolean failed = response.statusCode() != OK;
        if (!failed && body.contains("\"error\"")) {
            JsonObject answer = JsonParser.parseString(body).getAsJsonObject();
            failed = answer.has("error");
            if (answer.has("replies")) {
                for (JsonElement reply : answer.getAsJsonArray("replies")) {
                    failed |= reply.getAsJsonObject().has("error");
                }
            }
        }
        if (failed) {
            throw new CompletionException(
                    new IOException(
                            "Centrifugo answered %d: %s".formatted(response.statusCode(), body)));
        }
    }

    @Override
    public void close() {}
}
