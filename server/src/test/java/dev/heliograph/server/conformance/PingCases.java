package dev.heliograph.server.conformance;

import static dev.heliograph.server.websocket.WireFrames.FIN;
import static dev.heliograph.server.websocket.WireFrames.PING;
import static dev.heliograph.server.websocket.WireFrames.PONG;
import static dev.heliograph.server.websocket.WireFrames.masked;
import static dev.heliograph.server.websocket.WireFrames.utf8;

import java.util.List;
import java.util.stream.IntStream;

/** Section 2: Pings and Pongs. */
final class PingCases {

    private static final byte[] NOTHING = {};
    private static final byte[] TEXT_PAYLOAD = utf8("Hello, world!");
    private static final byte[] BINARY_PAYLOAD = {0, -1, -2, -3, -4, -5, 0, -1};
    private static final byte[] LONGEST = utf8(Names.ofLength(125));
    private static final byte[] TOO_LONG = utf8(Names.ofLength(126));

    private PingCases() {}

    static Group group() {
        return new Group(
                "2 Pings and Pongs",
                List.of(
                        answered("2.1", "a Ping without payload", NOTHING),
                        answered("2.2", "a Ping with text", TEXT_PAYLOAD),
                        answered("2.3", "a Ping with octets that are no text", BINARY_PAYLOAD),
                        answered("2.4", "a Ping of 125 octets", LONGEST),
                        Case.ends(
                                "2.5",
                                "a Ping of 126 octets",
                                1002,
                                device -> device.send(masked(FIN | PING, TOO_LONG))),
                        Case.valid(
                                "2.6",
                                "a Ping of 125 octets, octet by octet",
                                device -> {
                                    device.sendChopped(1, masked(FIN | PING, LONGEST));
                                    device.pong(LONGEST);
                                }),
                        Case.valid(
                                "2.7",
                                "an unsolicited Pong without payload has no answer",
                                device -> device.send(masked(FIN | PONG, NOTHING))),
                        Case.valid(
                                "2.8",
                                "an unsolicited Pong with payload has no answer",
                                device -> device.send(masked(FIN | PONG, TEXT_PAYLOAD))),
                        Case.valid(
                                "2.9",
                                "an unsolicited Pong, then a Ping: one answer",
                                device -> {
                                    device.send(
                                            masked(FIN | PONG, TEXT_PAYLOAD),
                                            masked(FIN | PING, BINARY_PAYLOAD));
                                    device.pong(BINARY_PAYLOAD);
                                }),
                        tenPings("2.10", "ten Pings, answered in order up to the last", false),
                        tenPings("2.11", "ten Pings, octet by octet", true),
                        Case.ends(
                                "2.12",
                                "a Pong of 126 octets",
                                1002,
                                device -> device.send(masked(FIN | PONG, TOO_LONG)))));
    }

    private static Case answered(String number, String shows, byte[] payload) {
        return Case.valid(
                number,
                shows + " comes back as a Pong",
                device -> {
                    device.send(masked(FIN | PING, payload));
                    device.pong(payload);
                });
    }

    private static Case tenPings(String number, String shows, boolean chopped) {
        List<byte[]> pings = IntStream.range(0, 10).mapToObj(i -> utf8("payload-" + i)).toList();
        byte[][] frames =
                pings.stream().map(ping -> masked(FIN | PING, ping)).toArray(byte[][]::new);
        return Case.valid(
                number,
                shows,
                device -> {
                    if (chopped) {
                        device.sendChopped(1, frames);
                    } else {
                        device.sendEach(frames);
                    }
                    device.pongs(pings);
                });
    }
}
