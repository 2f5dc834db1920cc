package dev.heliograph.server.conformance;

import static dev.heliograph.server.websocket.WireFrames.CONTINUATION;
import static dev.heliograph.server.websocket.WireFrames.FIN;
import static dev.heliograph.server.websocket.WireFrames.PING;
import static dev.heliograph.server.websocket.WireFrames.concat;
import static dev.heliograph.server.websocket.WireFrames.frame;
import static dev.heliograph.server.websocket.WireFrames.masked;
import static dev.heliograph.server.websocket.WireFrames.utf8;

import dev.heliograph.server.gateway.Encoding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Sections 9 and 10: large messages, many messages, many pieces. */
final class LimitCases {

    private static final int LIMIT = ConformanceTest.MAX_MESSAGE_BYTES;
    private static final int ROUND_TRIPS = 100;
    private static final int EMPTY_FRAGMENTS = 20_000;
    private static final byte[] NOTHING = {};

    private LimitCases() {}

    static Group sizes() {
        List<Case> cases = new ArrayList<>();
        for (Encoding encoding : List.of(Encoding.JSON, Encoding.PROTO)) {
            int even = encoding == Encoding.JSON ? 0 : 1;
            String kind = encoding == Encoding.JSON ? "text" : "binary";
            cases.addAll(whole("9." + (1 + even) + ".", encoding, kind));
            cases.addAll(fragmented("9." + (3 + even) + ".", encoding, kind));
            cases.addAll(chopped("9." + (5 + even) + ".", encoding, kind));
            cases.addAll(roundTrips("9." + (7 + even) + ".", encoding, kind));
        }
        cases.addAll(beyond());
        return new Group("9 Limits", cases);
    }

    private static List<Case> whole(String section, Encoding encoding, String kind) {
        List<Case> cases = new ArrayList<>();
        for (int octets : new int[] {1 << 10, 1 << 12, 1 << 14, 1 << 16, LIMIT - 1, LIMIT}) {
            cases.add(
                    Case.valid(
                            section + (cases.size() + 1),
                            "a " + kind + " message of " + octets + " octets",
                            encoding,
                            device -> {
                                String name = Names.ofMessage(device, octets);
                                device.send(device.ask(name));
                                device.repeats(name);
                            }));
        }
        cases.add(
                Case.ends(
                        section + (cases.size() + 1),
                        "a " + kind + " message of one octet too many fails at its header",
                        encoding,
                        1009,
                        device ->
                                device.send(
                                        frame(FIN | device.opcode(), LIMIT + 1, true, NOTHING))));
        return cases;
    }

    private static List<Case> fragmented(String section, Encoding encoding, String kind) {
        List<Case> cases = new ArrayList<>();
        for (int octets : new int[] {64, 256, 1 << 10, 1 << 12, 1 << 14, 1 << 16}) {
            cases.add(
                    Case.valid(
                            section + (cases.size() + 1),
                            "the largest " + kind + " message in fragments of " + octets,
                            encoding,
                            device -> {
                                String name = Names.ofMessage(device, LIMIT);
                                device.send(Fragments.of(device, name, octets));
                                device.repeats(name);
                            }));
        }
        cases.add(
                Case.ends(
                        section + (cases.size() + 1),
                        "one octet too many in fragments fails at the header of the last one",
                        encoding,
                        1009,
                        device ->
                                device.send(
                                        masked(device.opcode(), utf8(" ".repeat(LIMIT))),
                                        frame(FIN | CONTINUATION, 1, true, NOTHING))));
        return cases;
    }

    private static List<Case> chopped(String section, Encoding encoding, String kind) {
        List<Case> cases = new ArrayList<>();
        for (int chop : new int[] {64, 128, 256, 512, 1024, 2048}) {
            cases.add(
                    Case.valid(
                            section + (cases.size() + 1),
                            "the largest " + kind + " message in chops of " + chop,
                            encoding,
                            device -> {
                                String name = Names.ofMessage(device, LIMIT);
                                device.sendChopped(chop, device.ask(name));
                                device.repeats(name);
                            }));
        }
        return cases;
    }

    private static List<Case> roundTrips(String section, Encoding encoding, String kind) {
        List<Case> cases = new ArrayList<>();
        for (int octets : new int[] {64, 256, 1 << 10, 1 << 12}) {
            cases.add(
                    Case.valid(
                            section + (cases.size() + 1),
                            ROUND_TRIPS + " " + kind + " messages of " + octets + " in turn",
                            encoding,
                            device -> {
                                String name = Names.ofMessage(device, octets);
                                byte[] ask = device.ask(name);
                                for (int i = 0; i < ROUND_TRIPS; i++) {
                                    device.send(ask);
                                    device.repeats(name);
                                }
                            }));
        }
        return cases;
    }

    private static List<Case> beyond() {
        return List.of(
                Case.ends(
                        "9.9.1",
                        "a message that claims 1 TiB fails at its header",
                        1009,
                        device ->
                                device.send(frame(FIN | device.opcode(), 1L << 40, true, NOTHING))),
                Case.ends(
                        "9.9.2",
                        "a message that claims 2^63 - 1 octets fails at its header",
                        1009,
                        device ->
                                device.send(
                                        frame(
                                                FIN | device.opcode(),
                                                Long.MAX_VALUE,
                                                true,
                                                NOTHING))),
                Case.ends(
                        "9.9.3",
                        "a message of four times the limit, sent whole",
                        1009,
                        device ->
                                device.send(
                                        masked(
                                                FIN | device.opcode(),
                                                utf8(" ".repeat(4 * LIMIT))))));
    }

    static Group pieces() {
        return new Group(
                "10 Automatic fragmentation",
                List.of(
                        Case.valid(
                                "10.1.1",
                                "65536 octets in fragments of 1300",
                                device -> {
                                    String name = Names.ofMessage(device, 65_536);
                                    device.send(Fragments.of(device, name, 1300));
                                    device.repeats(name);
                                }),
                        Case.valid(
                                "10.1.2",
                                "the largest message in fragments of one octet",
                                device -> {
                                    String name = Names.ofMessage(device, LIMIT);
                                    device.send(Fragments.of(device, name, 1));
                                    device.repeats(name);
                                }),
                        Case.valid(
                                "10.1.3",
                                EMPTY_FRAGMENTS + " empty fragments, and a Ping, inside a message",
                                device -> {
                                    byte[][] two = Fragments.equal(device, "between", 2);
                                    device.send(two[0], emptyFragments());
                                    byte[] ping = utf8("still there");
                                    device.send(masked(FIN | PING, ping), two[1]);
                                    device.pong(ping);
                                    device.repeats("between");
                                }),
                        Case.ends(
                                "10.1.4",
                                "fragments of one octet without end",
                                1009,
                                device -> {
                                    byte[] more = masked(CONTINUATION, utf8(" "));
                                    byte[][] frames = new byte[LIMIT + 1][];
                                    frames[0] = masked(device.opcode(), utf8(" "));
                                    for (int i = 1; i < frames.length; i++) {
                                        frames[i] = more;
                                    }
                                    device.send(frames);
                                })));
    }

    private static byte[] emptyFragments() {
        byte[][] frames = new byte[EMPTY_FRAGMENTS][];
        Arrays.fill(frames, masked(CONTINUATION, NOTHING));
        return concat(frames);
    }
}
