package dev.heliograph.server.conformance;

import static dev.heliograph.server.websocket.WireFrames.CLOSE;
import static dev.heliograph.server.websocket.WireFrames.FIN;
import static dev.heliograph.server.websocket.WireFrames.PING;
import static dev.heliograph.server.websocket.WireFrames.close;
import static dev.heliograph.server.websocket.WireFrames.frame;
import static dev.heliograph.server.websocket.WireFrames.masked;
import static dev.heliograph.server.websocket.WireFrames.text;
import static dev.heliograph.server.websocket.WireFrames.utf8;

import dev.heliograph.proto.device.v1.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/** Section 7: the closing handshake. */
final class CloseCases {

    private static final byte[] A_PING = masked(FIN | PING, utf8("too late"));
    private static final int LARGE_OCTETS = 100_000;

    /**
     * More than the server reads at once without TLS, and one record with it: who is still writing
     * when the server leaves learns of a broken pipe, and of nothing else.
     */
    private static final int OCTETS_BEHIND = 12_000;

    /** What a Close without a code is called. */
    private static final int NO_CODE = 1005;

    private CloseCases() {}

    static Group group() {
        List<Case> cases = new ArrayList<>();
        cases.addAll(afterClose());
        cases.addAll(payloads());
        cases.addAll(
                codes(
                        "7.7.", true, 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000,
                        3999, 4000, 4999, 1012, 1013, 1014));
        cases.addAll(codes("7.9.", false, 0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 1015));
        cases.addAll(codes("7.13.", false, 5000, 65_535));
        cases.addAll(crossing());
        return new Group("7 Closing", cases);
    }

    private static List<Case> afterClose() {
        return List.of(
                Case.ends(
                        "7.1.1",
                        "a message, then a Close",
                        1000,
                        device -> {
                            device.send(device.ask("last words"));
                            device.repeats("last words");
                            device.send(close(1000, ""));
                        }),
                Case.ends(
                        "7.1.2",
                        "two Closes: one answer",
                        1000,
                        device -> device.send(close(1000, ""), close(1000, ""))),
                Case.ends(
                        "7.1.3",
                        "a Ping after the Close has no answer",
                        1000,
                        device -> device.send(close(1000, ""), A_PING)),
                Case.ends(
                        "7.1.4",
                        "a message after the Close is not heard",
                        1000,
                        device -> device.send(close(1000, ""), device.ask("too late"))),
                Case.ends(
                        "7.1.5",
                        "a Close between two fragments ends the message unheard",
                        1000,
                        device -> {
                            byte[][] two = Fragments.equal(device, "cut off", 2);
                            device.send(two[0], close(1000, ""), two[1]);
                        }),
                Case.ends(
                        "7.1.6",
                        "a large message, a Close, a Ping: all heard before the Close",
                        1000,
                        device -> {
                            String name = Names.ofLength(LARGE_OCTETS);
                            device.send(device.ask(name));
                            device.repeats(name);
                            device.send(close(1000, ""), A_PING);
                        }),
                Case.ends(
                        "7.1.7",
                        "many octets behind the Close do not eat its answer",
                        1000,
                        device ->
                                device.send(
                                        close(1000, ""),
                                        device.ask(Names.ofLength(OCTETS_BEHIND)))));
    }

    private static List<Case> payloads() {
        return List.of(
                Case.ends(
                        "7.3.1",
                        "a Close without payload is answered without a code",
                        NO_CODE,
                        device -> device.send(masked(FIN | CLOSE, new byte[0]))),
                Case.ends(
                        "7.3.2",
                        "a Close of one octet",
                        1002,
                        device -> device.send(masked(FIN | CLOSE, new byte[] {3}))),
                Case.ends(
                        "7.3.3",
                        "a Close with a code",
                        1000,
                        device -> device.send(close(1000, ""))),
                Case.ends(
                        "7.3.4",
                        "a Close with a code and a reason",
                        1000,
                        device -> device.send(close(1000, "Hello World!"))),
                Case.ends(
                        "7.3.5",
                        "a Close with a reason of 123 octets",
                        1000,
                        device -> device.send(close(1000, "*".repeat(123)))),
                Case.ends(
                        "7.3.6",
                        "a Close with a reason of 124 octets",
                        1002,
                        device -> device.send(close(1000, "*".repeat(124)))),
                Case.ends(
                        "7.5.1",
                        "a reason that is not UTF-8",
                        1007,
                        device ->
                                device.send(
                                        masked(
                                                FIN | CLOSE,
                                                new byte[] {
                                                    0x03,
                                                    (byte) 0xE8,
                                                    (byte) 0xCE,
                                                    (byte) 0xBA,
                                                    (byte) 0xED,
                                                    (byte) 0xA0,
                                                    (byte) 0x80
                                                }))),
                Case.ends(
                        "7.5.2",
                        "a reason that ends inside a character",
                        1007,
                        device ->
                                device.send(
                                        masked(
                                                FIN | CLOSE,
                                                new byte[] {0x03, (byte) 0xE8, (byte) 0xCE}))));
    }

    private static List<Case> codes(String section, boolean valid, int... codes) {
        List<Case> cases = new ArrayList<>();
        for (int code : codes) {
            cases.add(
                    Case.ends(
                            section + (cases.size() + 1),
                            "code " + code + (valid ? " comes back" : " must not be sent"),
                            valid ? code : 1002,
                            device -> device.send(close(code, ""))));
        }
        return cases;
    }

    private static List<Case> crossing() {
        return List.of(
                Case.ends(
                        "7.14.1",
                        "Closes that cross: the gateway's own is the only one",
                        4500,
                        device -> {
                            device.send(text("no frame"), close(1000, ""));
                            device.refused(ErrorCode.ERROR_CODE_PROTOCOL_VIOLATION, "");
                        }),
                Case.ends(
                        "7.14.2",
                        "a Close in two fragments",
                        1002,
                        device -> device.send(masked(CLOSE, new byte[] {0x03, (byte) 0xE8}))),
                Case.ends(
                        "7.14.3",
                        "an unmasked Close",
                        1002,
                        device ->
                                device.send(
                                        frame(
                                                FIN | CLOSE,
                                                2,
                                                false,
                                                new byte[] {0x03, (byte) 0xE8}))));
    }
}
