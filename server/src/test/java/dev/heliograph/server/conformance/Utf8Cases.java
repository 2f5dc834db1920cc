package dev.heliograph.server.conformance;

import static dev.heliograph.server.websocket.WireFrames.CONTINUATION;
import static dev.heliograph.server.websocket.WireFrames.FIN;
import static dev.heliograph.server.websocket.WireFrames.TEXT;
import static dev.heliograph.server.websocket.WireFrames.concat;
import static dev.heliograph.server.websocket.WireFrames.frame;
import static dev.heliograph.server.websocket.WireFrames.masked;
import static dev.heliograph.server.websocket.WireFrames.utf8;

import dev.heliograph.proto.device.v1.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/** Section 6: text that is UTF-8, and text that is not. */
final class Utf8Cases {

    private static final byte[] NOTHING = {};
    private static final String MANY_LENGTHS = "Hello-µ@ßöäüàá-UTF-8!!";
    private static final String GREEK = "κόσμε";
    private static final byte[] START = utf8(GREEK);
    private static final byte[] SURROGATE = {(byte) 0xED, (byte) 0xA0, (byte) 0x80};
    private static final byte[] BEYOND_UNICODE = {
        (byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80
    };
    private static final byte[] END = utf8("edited");

    private Utf8Cases() {}

    static Group group() {
        List<Case> cases = new ArrayList<>();
        cases.addAll(valid());
        cases.addAll(invalid());
        cases.addAll(failFast());
        Utf8Table.SECTIONS.forEach((title, sequences) -> cases.addAll(section(title, sequences)));
        return new Group("6 UTF-8", cases);
    }

    private static List<Case> valid() {
        return List.of(
                Case.ends(
                        "6.1.1",
                        "a text message of no octets is UTF-8, and no frame (F-1)",
                        4500,
                        device -> {
                            device.send(masked(FIN | TEXT, NOTHING));
                            device.refused(ErrorCode.ERROR_CODE_PROTOCOL_VIOLATION, "");
                        }),
                Case.ends(
                        "6.1.2",
                        "three fragments of no octets are UTF-8, and no frame (F-1)",
                        4500,
                        device -> {
                            device.send(
                                    masked(TEXT, NOTHING),
                                    masked(CONTINUATION, NOTHING),
                                    masked(FIN | CONTINUATION, NOTHING));
                            device.refused(ErrorCode.ERROR_CODE_PROTOCOL_VIOLATION, "");
                        }),
                Case.valid(
                        "6.1.3",
                        "three fragments, the first and the last of no octets",
                        device -> {
                            device.send(
                                    masked(TEXT, NOTHING),
                                    masked(CONTINUATION, device.asking("middle")),
                                    masked(FIN | CONTINUATION, NOTHING));
                            device.repeats("middle");
                        }),
                Case.valid(
                        "6.2.1",
                        "characters of one to two octets in one frame",
                        device -> {
                            device.send(device.ask(MANY_LENGTHS));
                            device.repeats(MANY_LENGTHS);
                        }),
                Case.valid(
                        "6.2.2",
                        "the same in two fragments, cut between characters",
                        device -> {
                            byte[] whole = device.asking(MANY_LENGTHS);
                            int cut =
                                    new String(whole, StandardCharsets.UTF_8)
                                            .indexOf('µ'); // all before it is ASCII
                            device.send(
                                    masked(TEXT, Arrays.copyOf(whole, cut)),
                                    masked(
                                            FIN | CONTINUATION,
                                            Arrays.copyOfRange(whole, cut, whole.length)));
                            device.repeats(MANY_LENGTHS);
                        }),
                octetFragments("6.2.3", MANY_LENGTHS),
                octetFragments("6.2.4", GREEK));
    }

    private static Case octetFragments(String number, String name) {
        return Case.valid(
                number,
                name + " in fragments of one octet, cut inside characters",
                device -> {
                    device.send(Fragments.of(device, name, 1));
                    device.repeats(name);
                });
    }

    private static List<Case> invalid() {
        byte[] bad = concat(START, SURROGATE, END);
        return List.of(
                Case.ends(
                        "6.3.1",
                        "a surrogate in one frame",
                        1007,
                        device -> device.send(masked(FIN | TEXT, bad))),
                Case.ends(
                        "6.3.2",
                        "a surrogate in fragments of one octet",
                        1007,
                        device -> {
                            byte[][] octets = new byte[bad.length][];
                            for (int i = 0; i < bad.length; i++) {
                                octets[i] =
                                        masked(
                                                (i == bad.length - 1 ? FIN : 0)
                                                        | (i == 0 ? TEXT : CONTINUATION),
                                                new byte[] {bad[i]});
                            }
                            device.send(octets);
                        }));
    }

    /** What is not sent cannot be waited for: each of these ends before its message does. */
    private static List<Case> failFast() {
        byte[] firstHalf = {BEYOND_UNICODE[0]};
        byte[] secondHalf = {BEYOND_UNICODE[1]};
        int announced = START.length + BEYOND_UNICODE.length + END.length;
        return List.of(
                Case.ends(
                        "6.4.1",
                        "invalid UTF-8 in the second fragment, the third never comes",
                        1007,
                        device ->
                                device.sendEach(
                                        masked(TEXT, START), masked(CONTINUATION, BEYOND_UNICODE))),
                Case.ends(
                        "6.4.2",
                        "invalid UTF-8 fails at the first bad octet, alone in its fragment",
                        1007,
                        device ->
                                device.sendEach(
                                        masked(TEXT, concat(START, firstHalf)),
                                        masked(CONTINUATION, secondHalf))),
                Case.ends(
                        "6.4.3",
                        "invalid UTF-8 in the second chop of a frame, the third never comes",
                        1007,
                        device ->
                                device.send(
                                        frame(
                                                FIN | TEXT,
                                                announced,
                                                true,
                                                concat(START, BEYOND_UNICODE)))),
                Case.ends(
                        "6.4.4",
                        "invalid UTF-8 fails at the first bad octet of a frame that goes on",
                        1007,
                        device ->
                                device.sendChopped(
                                        1,
                                        frame(
                                                FIN | TEXT,
                                                announced,
                                                true,
                                                concat(START, firstHalf, secondHalf)))));
    }

    private static List<Case> section(String title, List<String> sequences) {
        String[] numberAndWords = title.split(" ", 2);
        return IntStream.range(0, sequences.size())
                .mapToObj(
                        i ->
                                sequence(
                                        numberAndWords[0] + "." + (i + 1),
                                        numberAndWords[1],
                                        sequences.get(i)))
                .toList();
    }

    private static Case sequence(String number, String words, String signed) {
        String hex = signed.substring(1);
        String shows = words + ": " + hex;
        byte[] octets = HexFormat.of().parseHex(hex);
        if (signed.charAt(0) == '-') {
            return Case.ends(
                    number, shows, 1007, device -> device.send(masked(FIN | TEXT, octets)));
        }
        if (octets[0] < ' ' && octets[0] >= 0) {
            return Case.ends(
                    number,
                    shows + " is UTF-8, and not JSON (F-1)",
                    4500,
                    device -> {
                        device.send(masked(FIN | TEXT, octets));
                        device.refused(ErrorCode.ERROR_CODE_PROTOCOL_VIOLATION, "");
                    });
        }
        String name = new String(octets, StandardCharsets.UTF_8);
        return Case.valid(
                number,
                shows,
                device -> {
                    device.send(device.ask(name));
                    device.repeats(name);
                });
    }
}
