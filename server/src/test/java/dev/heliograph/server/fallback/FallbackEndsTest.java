package dev.heliograph.server.fallback;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.proto.device.v1.PollAnswer;
import dev.heliograph.proto.device.v1.PollRequest;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.server.testkit.TestStream;
import dev.heliograph.server.websocket.RawClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits of streams and polls, and the ways in which they end. */
class FallbackEndsTest {

    private static FallbackFixture servers;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        servers =
                new FallbackFixture(
                        directory,
                        "gateway.heartbeat-interval",
                        "300ms",
                        "gateway.heartbeat-timeout",
                        "200ms",
                        "gateway.stall-timeout",
                        "500ms",
                        "gateway.max-connections-per-user",
                        "2",
                        "gateway.allowed-origins",
                        "https://app.example.com",
                        // So that few sockets that are no device's are already too many.
                        "gateway.max-connections",
                        "8");
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @Test
    void s6AStreamNeedNotAnswerHeartbeats() throws Exception {
        try (TestStream stream = servers.stream("alice", "?device=d")) {
            eventually(
                    "heartbeats beyond the timeout",
                    () ->
                            stream.events().stream()
                                            .filter(it -> it.name().equals("heartbeat"))
                                            .count()
                                    >= 4);
            servers.notify("alice");
            stream.awaitIds(1);
        }
    }

    @Test
    void t4AStreamEndsWithItsToken() throws Exception {
        // Within the leeway of 5 s at first.
        String token = servers.token("bob", -1);
        try (TestStream stream = TestStream.open(servers.first.httpPort(), token, "?device=d")) {
            stream.await("welcome");
            assertThat(stream.awaitClosed(), is(4401));
        }
    }

    @Test
    void c5StreamsAndPollsCountAsConnections() throws Exception {
        TestStream one = servers.stream("carol", "?device=a");
        try (TestStream two = servers.stream("carol", "?device=b")) {
            one.await("welcome");
            two.await("welcome");
            String bearer = "Bearer " + servers.token("carol");
            HttpResponse<String> third = servers.get("/v1/sse?device=c", "Authorization", bearer);
            assertThat(third.statusCode(), is(503));
            assertThat(third.body(), containsString("\"code\":\"overloaded\""));
            assertThat(third.headers().firstValue("retry-after").isPresent(), is(true));
            String poll = "{\"deviceId\":\"c\",\"maxWaitMs\":0}";
            HttpResponse<String> polled = servers.post(servers.first, "/v1/poll", "carol", poll);
            assertThat(polled.statusCode(), is(503));
            // What takes no place is answered.
            HttpResponse<String> ticket = servers.post(servers.first, "/v1/ticket", "carol", "");
            assertThat(ticket.body(), ticket.statusCode(), is(200));
            // Its end is noticed without a heartbeat, and gives the place back.
            one.close();
            eventually(
                    "a place",
                    Duration.ofSeconds(20),
                    () ->
                            servers.post(servers.first, "/v1/poll", "carol", poll).statusCode()
                                    == 200);
            assertThat(two.ended(), is(false));
        }
    }

    @Test
    void aStreamIsNoSocketThatWaitsForItsRequest() throws Exception {
        List<RawClient> silent = new ArrayList<>();
        try (TestStream stream = servers.stream("gina", "?device=d")) {
            stream.await("subscribed");
            for (int i = 0; i < 12; i++) {
                silent.add(new RawClient(servers.first.httpPort()));
            }
            // Of those that wait the oldest go, and the stream is older than all of them.
            assertThat(silent.getFirst().atEnd(), is(true));
            servers.notify("gina");
            stream.awaitIds(1);
        } finally {
            for (RawClient each : silent) {
                each.close();
            }
        }
    }

    @Test
    void c5APageOfAnotherOriginIsRefused() throws Exception {
        String bearer = "Bearer " + servers.token("dora");
        HttpResponse<String> answer =
                servers.get(
                        "/v1/sse?device=d",
                        "Authorization",
                        bearer,
                        "Origin",
                        "https://evil.example");
        assertThat(answer.statusCode(), is(403));
        assertThat(answer.body(), containsString("\"code\":\"forbidden\""));
    }

    @Test
    void g2AStreamThatTakesNoBytesForTheStallTimeoutEnds() throws Exception {
        String auth = "Authorization: Bearer " + servers.token("eve");
        int port = servers.first.httpPort();
        try (TestStream stalled = new TestStream(port, "?device=d&start=EARLIEST", 4_096, auth)) {
            eventually("a session", () -> servers.isConnected("eve", "d"));
            for (int i = 0; i < 40; i++) {
                servers.notifyLarge("eve", 8_000);
            }
            eventually("its end", () -> !servers.isConnected("eve", "d"));
            stalled.read();
            eventually("the end of the connection", stalled::ended);
            assertThat(stalled.ids().size(), is(not(40)));
        }
    }

    @Test
    void g4ALeavingGatewayAsksStreamsAndPollsToMoveAndEndsThoseThatStay(@TempDir Path directory)
            throws Exception {
        try (FallbackFixture leaving = new FallbackFixture(directory);
                TestStream stays = leaving.stream("fred", "?device=stays")) {
            stays.await("subscribed");
            PollRequest request = PollRequest.newBuilder().setDeviceId("polls").build();
            PollRequest next = leaving.poll(leaving.first, "fred", request).getNext();
            CompletableFuture<PollAnswer> polls =
                    CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    return leaving.poll(leaving.first, "fred", next);
                                } catch (Exception e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            eventually("a waiting poll", () -> leaving.isConnected("fred", "polls"));
            Thread stop = Thread.ofVirtual().start(leaving.first::stop);
            CloseCode code = stays.await("goAway").frame().getGoAway().getCode();
            assertThat(code, is(CloseCode.CLOSE_CODE_SERVICE_RESTART));
            PollAnswer asked = polls.get(10, TimeUnit.SECONDS);
            assertThat(asked.getFramesList().stream().anyMatch(ServerFrame::hasGoAway), is(true));
            HttpResponse<String> late =
                    leaving.post(leaving.first, "/v1/poll", "fred", "{\"deviceId\":\"x\"}");
            assertThat(late.statusCode(), is(503));
            assertThat(late.body(), containsString("\"code\":\"draining\""));
            leaving.poll(
                    leaving.second, "fred", asked.getNext().toBuilder().setMaxWaitMs(0).build());
            assertThat(stays.awaitClosed(), is(1012));
            stop.join();
        }
    }

    @Test
    void whileRedisIsAwayRequestsAreToldWhenToComeBack(@TempDir Path directory) throws Exception {
        try (FallbackFixture alone = new FallbackFixture(directory)) {
            String ack =
                    "{\"deviceId\":\"d\",\"connectionId\":\"c\",\"acks\":[{\"channel\":"
                            + "\"user/hank\",\"position\":\"0123456789abcdef.1.1-0.00000000\"}]}";
            alone.redis.close();
            for (String[] each :
                    new String[][] {
                        {"/v1/poll", "{\"deviceId\":\"d\"}"}, {"/v1/ack", ack}, {"/v1/ticket", ""}
                    }) {
                HttpResponse<String> answer = alone.post(alone.first, each[0], "hank", each[1]);
                assertThat(answer.body(), answer.statusCode(), is(503));
                assertThat(answer.body(), containsString("\"code\":\"unavailable\""));
                assertThat(answer.headers().firstValue("retry-after").get(), is("1"));
            }
        }
    }
}
