package dev.heliograph.server.attack;

import static dev.heliograph.server.websocket.WireFrames.utf8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.heliograph.server.websocket.RawClient;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that no honest client makes. */
class HeadersTest extends AttackFamily {

    private static final int TIMES = 5;
    private static final int MEBIBYTE = 1 << 20;

    /** The answer's status where the server hangs up without one. */
    private static final int NONE = 0;

    @Override
    String title() {
        return "Headers";
    }

    @Override
    String[] settings() {
        return new String[0];
    }

    static Stream<Arguments> requests() {
        String begin = "GET /v1/connect HTTP/1.1\r\nHost: localhost\r\n";
        String upgrade =
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + "Sec-WebSocket-Protocol: heliograph.v1.json\r\n";
        String huge = "x".repeat(MEBIBYTE);
        String many =
                IntStream.range(0, 50_000)
                        .mapToObj(i -> "X-" + i + ": y\r\n")
                        .collect(Collectors.joining());
        String end = "TOKEN\r\n\r\n";
        return Stream.of(
                Arguments.of("a value of 1 MiB", begin + upgrade + "X: " + huge + "\r\n" + end),
                Arguments.of("a name of 1 MiB", begin + upgrade + huge + ": y\r\n" + end),
                Arguments.of("50,000 headers", begin + upgrade + many + end),
                Arguments.of("a path of 1 MiB", "GET /" + huge + " HTTP/1.1\r\n" + upgrade + end),
                Arguments.of("a method of 1 MiB", huge + " / HTTP/1.1\r\n" + upgrade + end),
                Arguments.of(
                        "a token of 1 MiB",
                        begin + upgrade + "Authorization: Bearer " + huge + "\r\n\r\n"),
                Arguments.of(
                        "a subprotocol of 1 MiB",
                        begin + upgrade + "Sec-WebSocket-Protocol: " + huge + "\r\n" + end),
                Arguments.of("a header without a colon", begin + upgrade + "nonsense\r\n" + end),
                Arguments.of("a NUL in a value", begin + upgrade + "X: a\0b\r\n" + end),
                Arguments.of("a NUL in a name", begin + upgrade + "X\0: b\r\n" + end),
                Arguments.of("a space before the colon", begin + upgrade + "X : b\r\n" + end),
                Arguments.of("a folded value", begin + upgrade + "X: a\r\n b\r\n" + end),
                Arguments.of(
                        "a length and chunks",
                        begin
                                + upgrade
                                + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"
                                + end
                                + "0\r\n\r\n"),
                Arguments.of(
                        "two lengths",
                        begin
                                + upgrade
                                + "Content-Length: 4\r\nContent-Length: 5\r\n"
                                + end
                                + "abcde"),
                Arguments.of("a negative length", begin + upgrade + "Content-Length: -1\r\n" + end),
                Arguments.of(
                        "a length of 2^64",
                        begin + upgrade + "Content-Length: 18446744073709551616\r\n" + end),
                Arguments.of(
                        "the preface of HTTP/2",
                        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"),
                Arguments.of("HTTP/0.9", "GET /v1/connect\r\n\r\n"),
                Arguments.of("no HTTP at all", "\u0001\u0002\u0003\r\n\r\n"),
                Arguments.of("a path with a NUL", "GET /v1/connect\0 HTTP/1.1\r\n" + upgrade + end),
                Arguments.of(
                        "a path that climbs",
                        "GET /v1/../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n" + end),
                Arguments.of(
                        "two requests in one",
                        "POST /v1/ticket HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: x\r\n"
                                + "Content-Length: 3\r\n\r\n0\r\n\r\n"
                                + begin
                                + upgrade
                                + end));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("requests")
    void aRequestIsRefused(String what, String request) throws Exception {
        byte[] bytes = utf8(request.replace("TOKEN", bearer("mallory")));
        attack(
                () -> {
                    for (int i = 0; i < TIMES; i++) {
                        RawClient attacker = client();
                        int status = status(attacker, bytes);
                        assertThat("an upgrade", status, is(not(101)));
                        assertThat("success", status / 100, is(not(2)));
                        assertThat("a fault of the server's", status, is(not(500)));
                    }
                });
    }

    private static int status(RawClient attacker, byte[] request) throws IOException {
        try {
            attacker.send(request);
        } catch (IOException e) {
            // Ended already.
        }
        try {
            return attacker.answer().status();
        } catch (EOFException | SocketException | SSLException e) {
            return NONE;
        }
    }
}
