package dev.heliograph.server.fallback;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

import dev.heliograph.proto.device.v1.Deliver;
import dev.heliograph.proto.device.v1.Outcome;
import dev.heliograph.proto.device.v1.Subscribed;
import dev.heliograph.proto.device.v1.Welcome;
import dev.heliograph.server.testkit.TestDevice;
import dev.heliograph.server.testkit.TestStream;
import dev.heliograph.server.testkit.TestStream.Event;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Server-sent events, on real sockets. */
class EventStreamTest {

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
    void s2AStreamGetsWhatIsSentToTheInboxAsEventsWithPositions() throws Exception {
        try (TestStream stream = servers.stream("alice", "?device=term-1")) {
            assertThat(stream.status(), is(200));
            assertThat(stream.head(), hasItem("Content-Type: text/event-stream"));
            assertThat(stream.head(), hasItem("Cache-Control: no-store"));
            assertThat(stream.head(), hasItem("Access-Control-Allow-Origin: *"));
            assertThat(stream.head(), hasItem("X-Accel-Buffering: no"));
            Welcome welcome = stream.await("welcome").frame().getWelcome();
            assertThat(welcome.getDeviceId(), is("term-1"));
            Event subscribed = stream.await("subscribed");
            assertThat(subscribed.id(), is(subscribed.frame().getSubscribed().getPosition()));
            String id = servers.notify("alice");
            Event deliver = stream.awaitIds(1).await("deliver");
            assertThat(stream.ids(), is(List.of(id)));
            assertThat(deliver.id(), is(deliver.frame().getDeliver().getPosition()));
            assertThat(stream.events().getFirst().name(), is("welcome"));
        }
    }

    @Test
    void s4LastEventIdResumesOnAnotherGatewayWithNothingLostOrDoubled() throws Exception {
        List<String> sent = new ArrayList<>();
        TestStream before = servers.stream("bob", "?device=d");
        before.await("subscribed");
        sent.addAll(servers.notify("bob", 5));
        before.awaitIds(5).close();
        sent.addAll(servers.notify("bob", 5));
        String header = "Last-Event-ID: " + before.lastEventId();
        try (TestStream after = servers.stream(servers.second, "bob", "?device=d", header)) {
            after.awaitIds(5);
            sent.addAll(servers.notify("bob", 5));
            after.awaitIds(10);
            assertThat(outcome(after), is(Outcome.OUTCOME_OK));
            List<String> got = new ArrayList<>(before.ids());
            got.addAll(after.ids());
            assertThat(got, is(sent));
            // Those beyond Last-Event-ID were never sent; the one before was, on the other gateway.
            assertThat(after.awaitIds(10).ids(), is(sent.subList(5, 15)));
        }
        String query = "?device=d&last_event_id=" + before.lastEventId();
        try (TestStream again = servers.stream("bob", query)) {
            assertThat(again.awaitIds(10).ids(), is(sent.subList(5, 15)));
        }
    }

    @Test
    void s3WhatIsEphemeralHasNoIdAndDoesNotComeAgain_D9() throws Exception {
        String id;
        try (TestStream before = servers.stream("eve", "?device=d")) {
            before.await("subscribed");
            servers.notify("eve");
            id = before.awaitIds(1).lastEventId();
            eventually(
                    "it is at the head and gets one",
                    () -> {
                        assertThat(servers.notifyEphemeral("eve"), is(1));
                        return before.ids().size() > 1;
                    });
            assertThat(before.lastEventId(), is(id));
        }
        String next = servers.notify("eve");
        try (TestStream after = servers.stream("eve", "?device=d", "Last-Event-ID: " + id)) {
            assertThat(after.awaitIds(1).ids(), is(List.of(next)));
        }
    }

    @Test
    void s4TheIdOfAStreamWithSeveralChannelsResumesEachOfThem() throws Exception {
        String inboxFirst = "?device=d&channel=user/carol&channel=topic/news";
        String newsFirst = "?device=d&channel=topic/news&channel=user/carol";
        List<String> sent = new ArrayList<>();
        String id;
        try (TestStream before = servers.stream("carol", inboxFirst)) {
            eventually("both", () -> kinds(before, "subscribed") == 2);
            sent.add(servers.notify("carol"));
            before.awaitIds(1);
            sent.add(servers.notifyTopic("news"));
            before.awaitIds(2);
            assertThat(before.ids(), is(sent));
            id = before.lastEventId();
        }
        String mail = servers.notify("carol");
        String news = servers.notifyTopic("news");
        try (TestStream after =
                servers.stream(servers.second, "carol", newsFirst, "Last-Event-ID: " + id)) {
            after.awaitIds(2);
            assertThat(
                    List.copyOf(after.ids()).stream().sorted().toList(),
                    is(List.of(mail, news).stream().sorted().toList()));
        }
        // A stream of one of them takes the id, too, and none takes another channel's position.
        try (TestStream one = servers.stream("carol", "?device=d", "Last-Event-ID: " + id)) {
            assertThat(one.awaitIds(1).ids(), is(List.of(mail)));
        }
    }

    @Test
    void r5WhatTheLogLostIsShown() throws Exception {
        String id;
        try (TestStream stream = servers.stream("dora", "?device=d&start=EARLIEST")) {
            servers.notify("dora");
            id = stream.awaitIds(1).lastEventId();
        }
        String latest = servers.notify("dora", 3).getLast();
        String log = servers.redis.commands().keys("*s:default/user/dora").getFirst();
        servers.redis.commands().xtrim(log, 1);
        // A gateway that has not seen what is gone.
        try (TestStream stream =
                servers.stream(servers.second, "dora", "?device=d", "Last-Event-ID: " + id)) {
            assertThat(stream.awaitIds(1).ids(), is(List.of(latest)));
            assertThat(outcome(stream), is(Outcome.OUTCOME_TRIMMED));
        }
        String[] parts = id.split("\\.");
        String beyond = parts[0] + ".99." + parts[2] + "." + parts[3];
        try (TestStream stream = servers.stream("dora", "?device=d", "Last-Event-ID: " + beyond)) {
            assertThat(stream.awaitIds(1).ids(), is(List.of(latest)));
            assertThat(outcome(stream), is(Outcome.OUTCOME_FORK));
        }
        String other = "0123456789abcdef." + parts[1] + "." + parts[2] + "." + parts[3];
        try (TestStream stream = servers.stream("dora", "?device=d", "Last-Event-ID: " + other)) {
            assertThat(stream.awaitIds(1).ids(), is(List.of(latest)));
            assertThat(outcome(stream), is(Outcome.OUTCOME_EPOCH));
        }
    }

    @Test
    void c11AWebSocketTakesTheDeviceOverAndAStreamTakesItBack() throws Exception {
        try (TestStream stream = servers.stream("eve", "?device=d")) {
            stream.await("subscribed");
            try (TestDevice socket =
                    TestDevice.connect(servers.second.httpPort(), servers.token("eve"), "d")) {
                assertThat(stream.awaitClosed(), is(4509));
                assertThat(stream.closed().get().getReason(), is("replaced"));
                try (TestStream back = servers.stream("eve", "?device=d")) {
                    back.await("subscribed");
                    eventually("the socket is replaced", () -> socket.closeCode() == 4509);
                    servers.notify("eve");
                    back.awaitIds(1);
                }
            }
        }
    }

    @Test
    void s9WhatIsAcknowledgedAtAnyGatewayIsWhereADeviceWithoutAnIdGoesOn() throws Exception {
        List<String> sent;
        try (TestStream stream = servers.stream("fred", "?device=d")) {
            stream.await("subscribed");
            sent = servers.notify("fred", 3);
            stream.awaitIds(3);
            Deliver second = delivers(stream).get(1);
            String connection = stream.await("welcome").frame().getWelcome().getConnectionId();
            assertThat(ack("fred", connection, second.getPosition()).statusCode(), is(200));
            HttpResponse<String> stale = ack("fred", "0000000000000000", second.getPosition());
            assertThat(stale.statusCode(), is(409));
            assertThat(stale.body(), containsString("0000000000000000"));
        }
        try (TestStream stream = servers.stream("fred", "?device=d&start=HEAD")) {
            assertThat(stream.awaitIds(1).ids(), is(sent.subList(2, 3)));
            assertThat(subscribed(stream).getByKeptCursor(), is(true));
            // It was sent, and not acknowledged.
            assertThat(delivers(stream).getFirst().getRedelivered(), is(true));
        }
    }

    @Test
    void s4LastEventIdCountsAsAcknowledged() throws Exception {
        List<String> sent;
        String id;
        try (TestStream stream = servers.stream("gina", "?device=d")) {
            stream.await("subscribed");
            sent = servers.notify("gina", 2);
            stream.awaitIds(2);
            id =
                    stream.events().stream()
                            .filter(it -> it.name().equals("deliver"))
                            .findFirst()
                            .get()
                            .id();
        }
        try (TestStream resumed = servers.stream("gina", "?device=d", "Last-Event-ID: " + id)) {
            assertThat(resumed.awaitIds(1).ids(), is(sent.subList(1, 2)));
        }
        eventually("the end is noticed", () -> !servers.isConnected("gina", "d"));
        try (TestStream forgetful = servers.stream("gina", "?device=d")) {
            assertThat(forgetful.awaitIds(1).ids(), is(sent.subList(1, 2)));
            assertThat(subscribed(forgetful).getByKeptCursor(), is(true));
        }
    }

    @Test
    void aStreamThatIsNotReadHoldsUpNobodyAndGetsEverythingWhenItIs() throws Exception {
        String auth = "Authorization: Bearer " + servers.token("slow");
        int port = servers.first.httpPort();
        try (TestStream slow = new TestStream(port, "?device=s&start=EARLIEST", 4_096, auth);
                TestStream bystander = servers.stream("slow", "?device=b&start=EARLIEST")) {
            bystander.await("subscribed");
            List<String> sent = new ArrayList<>();
            for (int i = 0; i < 80; i++) {
                sent.add(servers.notifyLarge("slow", 8_000));
            }
            assertThat(bystander.awaitIds(80).ids(), is(sent));
            slow.read();
            assertThat(slow.awaitIds(80).ids(), is(sent));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "?device=d&colour=red | 400 | Unknown parameter 'colour'",
                "?device=d&token=x | 400 | Unknown parameter 'token'",
                "?device=d&device=e | 400 | More than one device",
                "'' | 400 | device is missing",
                "?device=a%20b | 400 | device has to be 1 to 64",
                "?device=d&start=NOW | 400 | not 'NOW'",
                "?device=d&start=LAST_N | 400 | last_n has to be 1 to 1000, not 0",
                "?device=d&start=LAST_N&last_n=x | 400 | last_n has to be a number, not 'x'",
                "?device=d&channel=nonsense | 400 | not 'nonsense'",
                "?device=d&channel=user/other | 403 | does not allow 'user/other'",
                "?device=d&channel=topic/secret | 403 | does not allow 'topic/secret'",
                "?device=d&channel=topic/news&channel=topic/news | 400 | Twice the channel",
                "?device=d&last_event_id=nonsense | 400 | Last-Event-ID is not one",
                "?device=d&last_event_id=12345678:nonsense | 400 | Last-Event-ID is not one",
                "?device=d&channel=topic/news&channel=user/hank"
                        + "&last_event_id=0123456789abcdef.1.1-0.00000000"
                        + " | 400 | position of one channel, and there are 2",
            })
    void s1WhatIsWrongWithARequestIsSaid(String query, int status, String why) throws Exception {
        HttpResponse<String> answer =
                servers.get("/v1/sse" + query, "Authorization", "Bearer " + servers.token("hank"));
        assertThat(answer.body(), answer.statusCode(), is(status));
        assertThat(answer.body().replace("\\u0027", "'"), containsString(why));
        assertThat(answer.body(), startsWith("{\"code\":\""));
        assertThat(answer.headers().firstValue("access-control-allow-origin").get(), is("*"));
    }

    @Test
    void s1AStreamHasAtMostTenChannels() throws Exception {
        StringBuilder query = new StringBuilder("/v1/sse?device=d");
        for (int i = 0; i < 11; i++) {
            query.append("&channel=topic/").append(i);
        }
        HttpResponse<String> answer =
                servers.get(query.toString(), "Authorization", "Bearer " + servers.token("ida"));
        assertThat(answer.statusCode(), is(400));
        assertThat(answer.body(), containsString("There are 11 channels, of at most 10"));
    }

    @Test
    void s1ARefusedRequestLeavesTheDevicesStreamAlone() throws Exception {
        try (TestStream stream = servers.stream("jane", "?device=d")) {
            stream.await("subscribed");
            servers.get(
                    "/v1/sse?device=d&channel=topic/secret",
                    "Authorization",
                    "Bearer " + servers.token("jane"));
            servers.notify("jane");
            stream.awaitIds(1);
        }
    }

    @Test
    void c5WhoHasNoTokenIsRefused() throws Exception {
        HttpResponse<String> none = servers.get("/v1/sse?device=d");
        assertThat(none.statusCode(), is(401));
        assertThat(none.headers().firstValue("www-authenticate").get(), is("Bearer"));
        String late = "Bearer " + servers.token("kim", -60);
        HttpResponse<String> expired = servers.get("/v1/sse?device=d", "Authorization", late);
        assertThat(expired.statusCode(), is(401));
        assertThat(expired.body(), containsString("token_expired"));
    }

    @Test
    void c6ABrowserOnAnotherOriginMayAsk() throws Exception {
        for (String[] each :
                new String[][] {
                    {"/v1/sse", "GET", "Last-Event-ID"},
                    {"/v1/poll", "POST", "Content-Type"},
                    {"/v1/ack", "POST", "Content-Type"},
                    {"/v1/ticket", "POST", "Content-Type"}
                }) {
            HttpResponse<String> answer = servers.send(servers.first, "OPTIONS", each[0], "");
            assertThat(answer.statusCode(), is(204));
            assertThat(
                    answer.headers().firstValue("access-control-allow-methods").get(), is(each[1]));
            String headers = answer.headers().firstValue("access-control-allow-headers").get();
            assertThat(headers, containsString("Authorization"));
            assertThat(headers, containsString(each[2]));
        }
    }

    @Test
    void k1ATicketStandsForATokenOnce() throws Exception {
        HttpResponse<String> given = servers.post(servers.first, "/v1/ticket", "lea", "");
        assertThat(given.body(), containsString("\"expires_in_ms\":30000"));
        String ticket = servers.ticket("lea");
        String path = "/v1/sse?device=d&ticket=" + ticket;
        HttpResponse<String> both =
                servers.get(path, "Authorization", "Bearer " + servers.token("lea"));
        assertThat(both.statusCode(), is(400));
        HttpResponse<String> wrong =
                servers.get("/v1/sse?device=d&channel=x&ticket=" + ticket + "x");
        assertThat(wrong.statusCode(), is(401));
        assertThat(wrong.body(), containsString("used, expired or unknown"));
        int port = servers.second.httpPort();
        try (TestStream stream = new TestStream(port, "?device=d&ticket=" + ticket, 0)) {
            stream.read();
            assertThat(stream.await("welcome").frame().getWelcome().getUser(), is("lea"));
            assertThat(servers.get(path).statusCode(), is(401));
            servers.notify("lea");
            stream.awaitIds(1);
        }
    }

    private static HttpResponse<String> ack(String user, String connection, String position)
            throws Exception {
        return servers.post(
                servers.second,
                "/v1/ack",
                user,
                "{\"deviceId\":\"d\",\"connectionId\":\"%s\",\"acks\":[{\"channel\":\"user/%s\",\"position\":\"%s\"}]}"
                        .formatted(connection, user, position));
    }

    private static Outcome outcome(TestStream stream) {
        return subscribed(stream).getOutcome();
    }

    private static Subscribed subscribed(TestStream stream) {
        return stream.await("subscribed").frame().getSubscribed();
    }

    private static long kinds(TestStream stream, String name) {
        return stream.events().stream().filter(event -> event.name().equals(name)).count();
    }

    private static List<Deliver> delivers(TestStream stream) {
        return stream.events().stream()
                .filter(event -> event.name().equals("deliver"))
                .map(event -> event.frame().getDeliver())
                .toList();
    }
}
