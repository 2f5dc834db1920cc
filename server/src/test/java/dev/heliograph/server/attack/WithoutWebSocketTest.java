package dev.heliograph.server.attack;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static dev.heliograph.server.websocket.WireFrames.utf8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.heliograph.server.testkit.TestStream;
import dev.heliograph.server.websocket.RawClient;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Attacks on event streams, polls, acks and tickets. */
class WithoutWebSocketTest extends AttackFamily {

    private static final int PER_USER = 8;
    private static final int TICKETS = 50;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String POSITION = "0123456789abcdef.1.1-0.00000000";

    @Override
    String title() {
        return "Event streams, polls, acks and tickets";
    }

    @Override
    String[] settings() {
        return new String[] {"gateway.max-connections-per-user", String.valueOf(PER_USER)};
    }

    @Test
    void c5AUserThatHasItsShareOfStreamsLeavesRoomForOthers() throws Exception {
        attack(
                () -> {
                    List<TestStream> streams = new ArrayList<>();
                    for (int i = 0; i < 5 * PER_USER; i++) {
                        streams.add(whole.stream("streamer", "?device=d" + i));
                    }
                    long taken = streams.stream().filter(stream -> stream.status() == 200).count();
                    assertThat(taken, is((long) PER_USER));
                    assertThat(
                            streams.stream()
                                    .allMatch(it -> it.status() == 200 || it.status() == 503),
                            is(true));
                    try (TestStream honest = whole.stream("honest", "?device=d")) {
                        honest.await("subscribed");
                    }
                    for (TestStream each : streams) {
                        each.close();
                    }
                });
    }

    @Test
    void c11StreamsOfOneDeviceReplaceEachOther() throws Exception {
        attack(
                () -> {
                    TestStream before = whole.stream("replacer", "?device=same");
                    before.await("subscribed");
                    for (int i = 0; i < 20; i++) {
                        TestStream next = whole.stream("replacer", "?device=same");
                        next.await("subscribed");
                        assertThat(before.awaitClosed(), is(4509));
                        before.close();
                        before = next;
                    }
                    before.close();
                });
    }

    static Stream<Arguments> bodies() {
        return Stream.of(
                Arguments.of("no JSON", "garbage"),
                Arguments.of("a list", "[]"),
                Arguments.of("nested 20,000 deep", "{\"x\":".repeat(20_000)),
                Arguments.of("a list nested 30,000 deep", "[".repeat(30_000)),
                Arguments.of("larger than may be", "{\"deviceId\":\"" + "x".repeat(70_000) + "\"}"),
                Arguments.of("a number that takes all memory", "{\"maxWaitMs\":1e999999999}"),
                Arguments.of("a wait for ever", "{\"deviceId\":\"d\",\"maxWaitMs\":2147483647}"),
                Arguments.of("a wait below zero", "{\"deviceId\":\"d\",\"maxWaitMs\":-1}"),
                Arguments.of("not UTF-8", "{\"deviceId\":\"\u00C3(\"}"),
                Arguments.of(
                        "a thousand channels",
                        "{\"deviceId\":\"d\",\"subscribe\":["
                                + "{\"channel\":\"topic/news\"},".repeat(1_000)
                                + "{\"channel\":\"topic/news\"}]}"),
                Arguments.of(
                        "another's inbox",
                        "{\"deviceId\":\"d\",\"subscribe\":[{\"channel\":\"user/innocent\"}]}"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bodies")
    void p1ABodyOfAPollOrAnAckIsRefused(String what, String body) throws Exception {
        attack(
                () -> {
                    for (int i = 0; i < 10; i++) {
                        for (String path : List.of("/v1/poll", "/v1/ack")) {
                            RawClient.Answer answer = post(path, "mallory", body);
                            assertThat(answer.toString(), answer.status() / 100, is(4));
                        }
                    }
                });
    }

    @Test
    void p1ABodyWithoutEndIsRefused() throws Exception {
        attack(
                () -> {
                    RawClient attacker = client();
                    attacker.send(
                            utf8(
                                    "POST /v1/poll HTTP/1.1\r\nHost: localhost\r\n"
                                            + bearer("mallory")
                                            + "\r\nTransfer-Encoding: chunked\r\n\r\n"));
                    byte[] chunk = utf8("1000\r\n" + " ".repeat(0x1000) + "\r\n");
                    try {
                        for (int i = 0; i < 100; i++) {
                            attacker.send(chunk);
                        }
                    } catch (IOException e) {
                        // Ended already.
                    }
                    assertThat(status(attacker), anyOf(is(413), is(0)));
                });
    }

    @Test
    void p1ABodyThatIsLeftIsNoFaultOfTheServers() throws Exception {
        attack(
                () -> {
                    for (String path : List.of("/v1/poll", "/v1/ack")) {
                        for (String body :
                                List.of(
                                        "Content-Length: 60000\r\n\r\n{",
                                        "Transfer-Encoding: chunked\r\n\r\n1000\r\n{")) {
                            RawClient stranger = client();
                            stranger.send(
                                    utf8(
                                            "POST "
                                                    + path
                                                    + " HTTP/1.1\r\nHost: localhost\r\n"
                                                    + body));
                            stranger.finish();
                            assertThat(path + " " + body, status(stranger), is(not(500)));
                        }
                    }
                });
    }

    @Test
    void requestsInARowOnOneSocketAreAnsweredInOrder() throws Exception {
        attack(
                () -> {
                    RawClient attacker = client();
                    String request =
                            "GET /v1/connect HTTP/1.1\r\nHost: localhost\r\n"
                                    + bearer("mallory")
                                    + "\r\n\r\n";
                    attacker.send(utf8(request.repeat(200)));
                    for (int i = 0; i < 200; i++) {
                        assertThat(attacker.answer().status(), is(200));
                    }
                });
    }

    @Test
    void p5PollsOfOneDeviceReplaceEachOther() throws Exception {
        attack(
                () -> {
                    RawClient before = null;
                    for (int i = 0; i < 20; i++) {
                        RawClient next = client();
                        next.send(
                                request(
                                        "/v1/poll",
                                        "poller",
                                        "{\"deviceId\":\"same\",\"subscribe\":[{\"channel\":\"user/poller\",\"start\":\"START_LAST_N\",\"lastN\":1}]}"));
                        if (before != null) {
                            assertThat(before.answer().status(), anyOf(is(200), is(503)));
                            before.close();
                        }
                        before = next;
                    }
                });
    }

    @Test
    void s9AcksForAnothersConnectionOrChannelAreRefused() throws Exception {
        attack(
                () -> {
                    String connection = connectionOfTheBystander();
                    for (String device : List.of("socket", "stream", "d")) {
                        for (String channel : List.of("user/innocent", "user/mallory")) {
                            RawClient.Answer answer =
                                    post(
                                            "/v1/ack",
                                            "mallory",
                                            "{\"deviceId\":\"%s\",\"connectionId\":\"%s\",\"acks\":[{\"channel\":\"%s\",\"position\":\"%s\"}]}"
                                                    .formatted(
                                                            device, connection, channel, POSITION));
                            assertThat(answer.toString(), answer.status(), anyOf(is(403), is(409)));
                        }
                    }
                });
    }

    @Test
    void k2ATicketOpensOneStreamOnce() throws Exception {
        attack(
                () -> {
                    String ticket = ticket("ticketed");
                    try (TestStream first = withTicket(ticket)) {
                        assertThat(first.status(), is(200));
                        for (int i = 0; i < 10; i++) {
                            try (TestStream replay = withTicket(ticket)) {
                                assertThat(replay.status(), is(401));
                            }
                        }
                        assertThat(first.ended(), is(false));
                    }
                });
    }

    @Test
    void k2NoGuessIsATicket() throws Exception {
        attack(
                () -> {
                    String ticket = ticket("guessed");
                    List<String> guesses = new ArrayList<>();
                    for (int i = 0; i < ticket.length(); i++) {
                        char other = ticket.charAt(i) == 'a' ? 'b' : 'a';
                        guesses.add(ticket.substring(0, i) + other + ticket.substring(i + 1));
                    }
                    guesses.addAll(
                            List.of(
                                    "x",
                                    "*",
                                    "%00",
                                    "%7Binnocent%7D",
                                    "..%2F",
                                    ticket + "a",
                                    "a" + ticket,
                                    ticket.substring(1),
                                    "x".repeat(5_000)));
                    for (String guess : guesses) {
                        try (TestStream stream = withTicket(guess)) {
                            assertThat(guess, stream.status() / 100, is(4));
                        }
                    }
                    try (TestStream stream = withTicket(ticket)) {
                        assertThat("the guesses used nothing up", stream.status(), is(200));
                    }
                });
    }

    @Test
    void k2AFloodOfTicketsKeepsTheNewest() throws Exception {
        attack(
                () -> {
                    List<String> tickets = new ArrayList<>();
                    for (int i = 0; i < 2 * TICKETS; i++) {
                        tickets.add(ticket("collector"));
                    }
                    try (TestStream oldest = withTicket(tickets.getFirst());
                            TestStream newest = withTicket(tickets.getLast())) {
                        assertThat(oldest.status(), is(401));
                        assertThat(newest.status(), is(200));
                    }
                });
    }

    @Test
    void s4AnEventIdOfOnesOwnMakingIsRefused() throws Exception {
        attack(
                () -> {
                    for (String id :
                            List.of(
                                    "x",
                                    "1",
                                    ",",
                                    ":",
                                    "x".repeat(8_000),
                                    "a:b,c:d",
                                    "-1.1.1-0.0")) {
                        RawClient.Answer answer =
                                client().request(
                                                "GET /v1/sse?device=d",
                                                List.of(bearer("mallory"), "Last-Event-ID: " + id));
                        assertThat(answer.toString(), answer.status(), is(400));
                        assertThat(answer.body(), not(containsString("\n")));
                    }
                });
    }

    @Test
    void streamsAndPollsThatLeaveAtOnceLeaveNothing() throws Exception {
        attack(
                () -> {
                    for (int i = 0; i < 100; i++) {
                        RawClient attacker = whole.client();
                        attacker.send(
                                i % 2 == 0
                                        ? utf8(
                                                "GET /v1/sse?device=d%d HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n"
                                                        .formatted(i, bearer("leaver" + i)))
                                        : request(
                                                "/v1/poll", "leaver" + i, "{\"deviceId\":\"d\"}"));
                        attacker.reset();
                    }
                    eventually(
                            "no place is lost",
                            LIMIT,
                            () -> {
                                try (TestStream honest = whole.stream("honest", "?device=d")) {
                                    return honest.status() == 200;
                                }
                            });
                });
    }

    /** What an attacker may have seen over somebody's shoulder. */
    private String connectionOfTheBystander() {
        return whole.redis().commands().keys("*u:default/innocent").stream()
                .map(key -> whole.redis().commands().hget(key, "socket"))
                .findFirst()
                .map(entry -> entry.split("[ ,:|]", -1)[0])
                .orElse("x");
    }

    private TestStream withTicket(String ticket) throws IOException {
        TestStream stream =
                new TestStream(whole.server().httpPort(), "?device=d&ticket=" + ticket, 0);
        stream.read();
        return stream;
    }

    private String ticket(String user) throws IOException {
        RawClient.Answer answer = post("/v1/ticket", user, "");
        assertThat(answer.toString(), answer.status(), is(200));
        return answer.body().replaceAll("(?s).*\"ticket\":\\s*\"([^\"]+)\".*", "$1");
    }

    private RawClient.Answer post(String path, String user, String body) throws IOException {
        try (RawClient client = whole.client()) {
            client.send(request(path, user, body));
            return client.answer();
        }
    }

    private byte[] request(String path, String user, String body) {
        return utf8(
                "POST %s HTTP/1.1\r\nHost: localhost\r\n%s\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(path, bearer(user), utf8(body).length, body));
    }

    private static int status(RawClient attacker) throws IOException {
        try {
            return attacker.answer().status();
        } catch (EOFException | SocketException | SSLException e) {
            return 0;
        }
    }
}
