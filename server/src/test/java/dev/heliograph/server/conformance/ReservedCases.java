package dev.heliograph.server.conformance;

import static dev.heliograph.server.websocket.WireFrames.BINARY;
import static dev.heliograph.server.websocket.WireFrames.CLOSE;
import static dev.heliograph.server.websocket.WireFrames.FIN;
import static dev.heliograph.server.websocket.WireFrames.PING;
import static dev.heliograph.server.websocket.WireFrames.TEXT;
import static dev.heliograph.server.websocket.WireFrames.masked;
import static dev.heliograph.server.websocket.WireFrames.utf8;

import dev.heliograph.server.gateway.Encoding;
import java.util.ArrayList;
import java.util.List;

/** Sections 3 and 4: bits and opcodes that mean nothing yet. */
final class ReservedCases {

    private static final int RSV_SHIFT = 4;
    private static final byte[] NOTHING = {};
    private static final byte[] A_PING = masked(FIN | PING, utf8("not to be answered"));

    private ReservedCases() {}

    static Group bits() {
        return new Group(
                "3 Reserved bits",
                List.of(
                        Case.ends(
                                "3.1",
                                "a text message with RSV 1",
                                1002,
                                device -> device.send(reserved(1, TEXT, device.asking("rsv")))),
                        Case.ends(
                                "3.2",
                                "a good message, one with RSV 2, a Ping: only the first is answered",
                                1002,
                                device -> {
                                    device.send(device.ask("good"), bad(device, 2), A_PING);
                                    device.repeats("good");
                                }),
                        Case.ends(
                                "3.3",
                                "the same with RSV 3, frame by frame",
                                1002,
                                device -> {
                                    device.sendEach(device.ask("good"), bad(device, 3));
                                    device.repeats("good");
                                }),
                        Case.ends(
                                "3.4",
                                "the same with RSV 4, octet by octet",
                                1002,
                                device -> {
                                    device.sendChopped(
                                            1, device.ask("good"), bad(device, 4), A_PING);
                                    device.repeats("good");
                                }),
                        Case.ends(
                                "3.5",
                                "a binary message with RSV 5",
                                Encoding.PROTO,
                                1002,
                                device -> device.send(reserved(5, BINARY, device.asking("rsv")))),
                        Case.ends(
                                "3.6",
                                "a Ping with RSV 6 has no Pong",
                                1002,
                                device -> device.send(reserved(6, PING, utf8("ping")))),
                        Case.ends(
                                "3.7",
                                "a Close with RSV 7 is no Close",
                                1002,
                                device ->
                                        device.send(
                                                reserved(
                                                        7,
                                                        CLOSE,
                                                        new byte[] {0x03, (byte) 0xE8})))));
    }

    private static byte[] bad(RawDevice device, int rsv) {
        return reserved(rsv, TEXT, device.asking("bad"));
    }

    private static byte[] reserved(int rsv, int opcode, byte[] payload) {
        return masked(FIN | rsv << RSV_SHIFT | opcode, payload);
    }

    static Group opcodes() {
        List<Case> cases = new ArrayList<>();
        cases.addAll(opcodes("4.1.", 3));
        cases.addAll(opcodes("4.2.", 11));
        return new Group("4 Reserved opcodes", cases);
    }

    private static List<Case> opcodes(String section, int first) {
        return List.of(
                Case.ends(
                        section + 1,
                        "opcode " + first,
                        1002,
                        device -> device.send(masked(FIN | first, NOTHING))),
                Case.ends(
                        section + 2,
                        "opcode " + (first + 1) + " with payload",
                        1002,
                        device -> device.send(masked(FIN | first + 1, utf8("payload")))),
                afterAGoodMessage(section + 3, first + 2, NOTHING),
                afterAGoodMessage(section + 4, first + 3, utf8("payload")),
                Case.ends(
                        section + 5,
                        "a good message, opcode " + (first + 4) + ", a Ping, octet by octet",
                        1002,
                        device -> {
                            device.sendChopped(
                                    1,
                                    device.ask("good"),
                                    masked(FIN | first + 4, utf8("payload")),
                                    A_PING);
                            device.repeats("good");
                        }));
    }

    private static Case afterAGoodMessage(String number, int opcode, byte[] payload) {
        return Case.ends(
                number,
                "a good message, opcode "
                        + opcode
                        + (payload.length == 0 ? "" : " with payload")
                        + ", a Ping: only the first is answered",
                1002,
                device -> {
                    device.send(device.ask("good"), masked(FIN | opcode, payload), A_PING);
                    device.repeats("good");
                });
    }
}
