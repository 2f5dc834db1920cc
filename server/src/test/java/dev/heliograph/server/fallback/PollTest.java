package dev.heliograph.server.fallback;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

import dev.heliograph.proto.device.v1.Deliver;
import dev.heliograph.proto.device.v1.Outcome;
import dev.heliograph.proto.device.v1.PollAnswer;
import dev.heliograph.proto.device.v1.PollRequest;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Start;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.proto.device.v1.Subscribed;
import dev.heliograph.server.HeliographServer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Long polling, over real HTTP. */
class PollTest {

    private static FallbackFixture servers;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        servers = new FallbackFixture(directory);
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @Test
    void p2TheFirstPollReturnsAtOnceWithAPositionAndTheNextWaits() throws Exception {
        PollAnswer first = servers.poll(servers.first, "alice", device("d"));
        assertThat(first.getFrames(0).getWelcome().getUser(), is("alice"));
        assertThat(subscribed(first).getOutcome(), is(Outcome.OUTCOME_OK));
        assertThat(first.hasClosed(), is(false));
        Subscribe next = first.getNext().getSubscribe(0);
        assertThat(next.getChannel(), is("user/alice"));
        assertThat(next.getPosition(), is(subscribed(first).getPosition()));

        CompletableFuture<PollAnswer> waiting = pollAsync(servers.first, "alice", first.getNext());
        // The device is registered before its subscription, which decides nothing here.
        eventually("the poll is a session", () -> servers.isConnected("alice", "d"));
        String id = servers.notify("alice");
        PollAnswer second = waiting.get(10, TimeUnit.SECONDS);
        assertThat(ids(second), is(List.of(id)));
        assertThat(
                second.getNext().getSubscribe(0).getPosition(),
                is(delivers(second).getFirst().getPosition()));
    }

    @Test
    void p3PollsThatTakeTurnsAtTwoGatewaysGetEverythingOnceAndNothingMarked() throws Exception {
        PollAnswer answer = servers.poll(servers.first, "bob", device("d"));
        List<String> sent = new ArrayList<>();
        List<Deliver> got = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            sent.addAll(servers.notify("bob", 3));
            HeliographServer turn = i % 2 == 0 ? servers.second : servers.first;
            answer = servers.poll(turn, "bob", answer.getNext());
            got.addAll(delivers(answer));
        }
        while (got.size() < sent.size()) {
            answer = servers.poll(servers.first, "bob", answer.getNext());
            got.addAll(delivers(answer));
        }
        assertThat(got.stream().map(it -> it.getNotification().getId()).toList(), is(sent));
        assertThat(got.stream().filter(Deliver::getRedelivered).toList(), is(List.of()));
    }

    @Test
    void p2APollGetsTheWholeReplayAtOnce() throws Exception {
        List<String> sent = servers.notify("carol", 200);
        PollRequest all =
                device("d").toBuilder()
                        .addSubscribe(
                                Subscribe.newBuilder()
                                        .setChannel("user/carol")
                                        .setStart(Start.START_EARLIEST))
                        .build();
        assertThat(ids(servers.poll(servers.first, "carol", all)), is(sent));
    }

    @Test
    void p4APositionInAPollIsKeptAsAcknowledged() throws Exception {
        PollAnswer first = servers.poll(servers.first, "dora", device("d"));
        List<String> sent = servers.notify("dora", 2);
        PollAnswer second = servers.poll(servers.first, "dora", first.getNext());
        while (delivers(second).size() < 2) {
            // The second came after the answer to the first.
            second = servers.poll(servers.first, "dora", first.getNext());
        }
        PollRequest handledOne =
                atOnce(first.getNext()).toBuilder()
                        .setSubscribe(
                                0,
                                Subscribe.newBuilder()
                                        .setChannel("user/dora")
                                        .setPosition(delivers(second).getFirst().getPosition()))
                        .build();
        assertThat(ids(servers.poll(servers.first, "dora", handledOne)), is(sent.subList(1, 2)));
        PollAnswer forgetful = servers.poll(servers.second, "dora", device("d"));
        assertThat(ids(forgetful), is(sent.subList(1, 2)));
        assertThat(subscribed(forgetful).getByKeptCursor(), is(true));
        assertThat(delivers(forgetful).getFirst().getRedelivered(), is(true));
    }

    @Test
    void p5TheOlderOfTwoPollsOfADeviceEndsAsReplaced() throws Exception {
        PollAnswer first = servers.poll(servers.first, "eve", device("d"));
        CompletableFuture<PollAnswer> older = pollAsync(servers.first, "eve", first.getNext());
        eventually("the older poll is a session", () -> servers.isConnected("eve", "d"));
        servers.poll(servers.second, "eve", atOnce(first.getNext()));
        PollAnswer ended = older.get(10, TimeUnit.SECONDS);
        assertThat(ended.getClosed().getCode(), is(4509));
        assertThat(ended.getClosed().getReason(), is("replaced"));
    }

    @Test
    void p2MaxWaitZeroAnswersAtOnceWithNothing() throws Exception {
        PollAnswer first = servers.poll(servers.first, "fred", device("d"));
        PollAnswer second = servers.poll(servers.first, "fred", atOnce(first.getNext()));
        assertThat(ids(second), is(List.of()));
        assertThat(second.hasClosed(), is(false));
        assertThat(second.getNext(), is(atOnce(first.getNext())));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "^^ | 400 | The body is not a PollRequest",
                "[] | 400 | The body is not a PollRequest",
                "{} | 400 | deviceId is missing",
                "{\"deviceId\":\"a b\"} | 400 | deviceId has to be 1 to 64",
                "{\"deviceId\":\"d\",\"maxWaitMs\":25001} | 400 | 0 to 25000, not 25001",
                "{\"deviceId\":\"d\",\"subscribe\":[{}]} | 400 | subscribe.channel has to be",
                "{\"deviceId\":\"d\",\"subscribe\":[{\"channel\":\"user/x\"}]} | 403 | does not allow",
                "{\"deviceId\":\"d\",\"subscribe\":[{\"channel\":\"topic/news\",\"position\":\"1\"}]}"
                        + " | 400 | subscribe.position is not one",
                "{\"deviceId\":\"d\",\"maxWaitMs\":1e99999999} | 400 | The body is not a PollRequest",
            })
    void p1WhatIsWrongWithARequestIsSaid(String body, int status, String why) throws Exception {
        HttpResponse<String> answer = servers.post(servers.first, "/v1/poll", "gina", body);
        assertThat(answer.body(), answer.statusCode(), is(status));
        assertThat(answer.body(), containsString(why));
        assertThat(answer.body(), startsWith("{\"code\":\""));
    }

    @Test
    void p1ABodyIsAtMost64KiB() throws Exception {
        String body = "{\"deviceId\":\"" + "x".repeat(65_536) + "\"}";
        assertThat(servers.post(servers.first, "/v1/poll", "hank", body).statusCode(), is(413));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | deviceId, connectionId and acks have to be there",
                "{\"deviceId\":\"d\",\"connectionId\":\"c\",\"acks\":[{\"channel\":\"user/ida\"}]}"
                        + " | has no position",
                "{\"deviceId\":\"d\",\"connectionId\":\"c\",\"acks\":[{\"channel\":\"user/ida\",\"position\":\"1\"}]}"
                        + " | position is not one",
            })
    void s9WhatIsWrongWithAnAckIsSaid(String body, String why) throws Exception {
        HttpResponse<String> answer = servers.post(servers.first, "/v1/ack", "ida", body);
        assertThat(answer.statusCode(), is(400));
        assertThat(answer.body(), containsString(why));
    }

    private static PollRequest device(String device) {
        return PollRequest.newBuilder().setDeviceId(device).build();
    }

    private static PollRequest atOnce(PollRequest request) {
        return request.toBuilder().setMaxWaitMs(0).build();
    }

    private static CompletableFuture<PollAnswer> pollAsync(
            HeliographServer server, String user, PollRequest request) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return servers.poll(server, user, request);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    private static Subscribed subscribed(PollAnswer answer) {
        return answer.getFramesList().stream()
                .filter(ServerFrame::hasSubscribed)
                .findFirst()
                .orElseThrow()
                .getSubscribed();
    }

    private static List<Deliver> delivers(PollAnswer answer) {
        return answer.getFramesList().stream()
                .filter(ServerFrame::hasDeliver)
                .map(ServerFrame::getDeliver)
                .toList();
    }

    private static List<String> ids(PollAnswer answer) {
        return delivers(answer).stream().map(it -> it.getNotification().getId()).toList();
    }
}
