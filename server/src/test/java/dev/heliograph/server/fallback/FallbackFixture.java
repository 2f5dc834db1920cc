package dev.heliograph.server.fallback;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.JsonFormat;
import dev.heliograph.proto.device.v1.PollAnswer;
import dev.heliograph.proto.device.v1.PollRequest;
import dev.heliograph.proto.device.v1.Ticket;
import dev.heliograph.proto.notify.v1.Content;
import dev.heliograph.proto.notify.v1.NotifyRequest;
import dev.heliograph.proto.notify.v1.Target;
import dev.heliograph.server.HeliographServer;
import dev.heliograph.server.TestServer;
import dev.heliograph.server.WholeServer;
import dev.heliograph.server.testkit.TestKey;
import dev.heliograph.server.testkit.TestProducer;
import dev.heliograph.server.testkit.TestRedis;
import dev.heliograph.server.testkit.TestStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Two whole servers on one real Redis, and what devices without a WebSocket need to talk to them.
 */
final class FallbackFixture implements AutoCloseable {

    final TestRedis redis = TestRedis.start();
    final HeliographServer first;
    final HeliographServer second;
    private final TestKey key = TestKey.hs256("hmac");
    private final TestProducer producer;
    private final HttpClient http = HttpClient.newHttpClient();

    FallbackFixture(Path directory, String... overrides) throws IOException {
        Path jwks = directory.resolve("jwks.json");
        Files.writeString(jwks, TestKey.jwks(key));
        String[] settings = TestServer.on(redis, overrides);
        first = HeliographServer.create(TestServer.config(jwks, settings)).start();
        second = HeliographServer.create(TestServer.config(jwks, settings)).start();
        producer = new TestProducer(first.grpcPort());
    }

    String token(String user) {
        return token(user, 600);
    }

    /** A token for the topic news, and for devices and backends alike. */
    String token(String user, long secondsLeft) {
        return key.token(WholeServer.claims(user, "heliograph", "heliograph", secondsLeft));
    }

    /** Its id. */
    String notify(String user) {
        return producer.notify(token("backend"), user);
    }

    /** Sends what is in no log, to this many gateways. */
    int notifyEphemeral(String user) {
        return producer.api(token("backend"))
                .notify(TestProducer.request(user).toBuilder().setEphemeral(true).build())
                .getResults(0)
                .getSent()
                .getGateways();
    }

    List<String> notify(String user, int count) {
        return IntStream.range(0, count).mapToObj(_ -> notify(user)).toList();
    }

    String notifyTopic(String topic) {
        return notify(Target.newBuilder().setTopic(topic), 2);
    }

    /** With a payload of so many bytes. */
    String notifyLarge(String user, int bytes) {
        return notify(Target.newBuilder().setUser(user), bytes);
    }

    private String notify(Target.Builder target, int bytes) {
        NotifyRequest request =
                NotifyRequest.newBuilder()
                        .setTarget(target)
                        .setContent(
                                Content.newBuilder()
                                        .setType("greeting")
                                        .setPayload(ByteString.copyFrom(new byte[bytes])))
                        .build();
        return producer.api(token("backend"))
                .notify(request)
                .getResults(0)
                .getStored()
                .getNotificationId();
    }

    /** A stream of the first server. */
    TestStream stream(String user, String query, String... headers) throws IOException {
        return stream(first, user, query, headers);
    }

    TestStream stream(HeliographServer server, String user, String query, String... headers)
            throws IOException {
        return TestStream.open(server.httpPort(), token(user), query, headers);
    }

    HttpResponse<String> get(String pathAndQuery, String... headers) throws Exception {
        return send(first, "GET", pathAndQuery, "", headers);
    }

    HttpResponse<String> post(HeliographServer server, String path, String user, String body)
            throws Exception {
        return send(server, "POST", path, body, "Authorization", "Bearer " + token(user));
    }

    HttpResponse<String> send(
            HeliographServer server,
            String method,
            String pathAndQuery,
            String body,
            String... headers)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + server.httpPort() + pathAndQuery))
                        // Below the time that a poll waits when it has nothing.
                        .timeout(Duration.ofSeconds(15))
                        .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** One poll that has to be answered with 200. */
    PollAnswer poll(HeliographServer server, String user, PollRequest request) throws Exception {
        HttpResponse<String> answer =
                post(server, "/v1/poll", user, JsonFormat.printer().print(request));
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.statusCode() + " " + answer.body());
        }
        PollAnswer.Builder read = PollAnswer.newBuilder();
        JsonFormat.parser().merge(answer.body(), read);
        return read.build();
    }

    /** Whether the session directory has a session of the device. */
    boolean isConnected(String user, String device) {
        return redis.commands().keys("*u:default/" + user).stream()
                .map(each -> redis.commands().hget(each, device))
                .anyMatch(entry -> entry != null && !entry.startsWith("-"));
    }

    /** A ticket of a user. */
    String ticket(String user) throws Exception {
        Ticket.Builder ticket = Ticket.newBuilder();
        JsonFormat.parser().merge(post(first, "/v1/ticket", user, "").body(), ticket);
        return ticket.getTicket();
    }

    @Override
    public void close() {
        http.shutdownNow();
        producer.close();
        first.stop();
        second.stop();
        redis.close();
    }
}
