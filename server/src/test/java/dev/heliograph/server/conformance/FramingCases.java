package dev.heliograph.server.conformance;

import static dev.heliograph.server.websocket.WireFrames.BINARY;
import static dev.heliograph.server.websocket.WireFrames.FIN;
import static dev.heliograph.server.websocket.WireFrames.TEXT;
import static dev.heliograph.server.websocket.WireFrames.frame;
import static dev.heliograph.server.websocket.WireFrames.masked;

import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.server.gateway.Encoding;
import java.util.ArrayList;
import java.util.List;

/** Section 1: messages of every length form. */
final class FramingCases {

    private static final byte[] NOTHING = {};

    private FramingCases() {}

    static Group group() {
        List<Case> cases = new ArrayList<>();
        cases.add(
                Case.ends(
                        "1.1.1",
                        "a text message without payload is framed right, and no frame (F-1)",
                        4500,
                        device -> {
                            device.send(masked(FIN | TEXT, NOTHING));
                            device.refused(ErrorCode.ERROR_CODE_PROTOCOL_VIOLATION, "");
                        }));
        cases.addAll(lengths("1.1.", Encoding.JSON, "text"));
        cases.add(
                Case.valid(
                        "1.2.1",
                        "a binary message without payload is a frame of an unknown kind (F-2)",
                        Encoding.PROTO,
                        device -> {
                            device.send(masked(FIN | BINARY, NOTHING));
                            device.refused(ErrorCode.ERROR_CODE_UNKNOWN_FRAME, "");
                        }));
        cases.addAll(lengths("1.2.", Encoding.PROTO, "binary"));
        cases.addAll(wrong());
        return new Group("1 Framing", cases);
    }

    private static List<Case> lengths(String section, Encoding encoding, String kind) {
        List<Case> cases = new ArrayList<>();
        int number = 2;
        for (int length : new int[] {125, 126, 127, 128, 65_535, 65_536}) {
            cases.add(
                    Case.valid(
                            section + number++,
                            "a " + kind + " message of " + length + " octets",
                            encoding,
                            device -> {
                                String name = Names.ofMessage(device, length);
                                device.send(device.ask(name));
                                device.repeats(name);
                            }));
        }
        cases.add(
                Case.valid(
                        section + number,
                        "a " + kind + " message of 65536 octets in chops of 997",
                        encoding,
                        device -> {
                            String name = Names.ofMessage(device, 65_536);
                            device.sendChopped(997, device.ask(name));
                            device.repeats(name);
                        }));
        return cases;
    }

    private static List<Case> wrong() {
        return List.of(
                Case.ends(
                        "1.3.1",
                        "a length of 125 in 16 bits is not the shortest form",
                        1002,
                        device ->
                                device.send(new byte[] {(byte) (FIN | TEXT), (byte) 0xFE, 0, 125})),
                Case.ends(
                        "1.3.2",
                        "a length of 65535 in 64 bits is not the shortest form",
                        1002,
                        device ->
                                device.send(
                                        new byte[] {
                                            (byte) (FIN | TEXT),
                                            (byte) 0xFF,
                                            0,
                                            0,
                                            0,
                                            0,
                                            0,
                                            0,
                                            -1,
                                            -1
                                        })),
                Case.ends(
                        "1.3.3",
                        "a length with the highest bit set",
                        1002,
                        device ->
                                device.send(
                                        new byte[] {
                                            (byte) (FIN | TEXT),
                                            (byte) 0xFF,
                                            -1,
                                            0,
                                            0,
                                            0,
                                            0,
                                            0,
                                            0,
                                            0
                                        })),
                Case.ends(
                        "1.3.4",
                        "an unmasked message",
                        1002,
                        device -> {
                            byte[] asking = device.asking("unmasked");
                            device.send(frame(FIN | TEXT, asking.length, false, asking));
                        }),
                Case.ends(
                        "1.3.5",
                        "a binary message on the JSON subprotocol (F-4)",
                        1003,
                        device -> device.send(masked(FIN | BINARY, device.asking("binary")))),
                Case.ends(
                        "1.3.6",
                        "a text message on the binary subprotocol (F-4)",
                        Encoding.PROTO,
                        1003,
                        device -> device.send(masked(FIN | TEXT, device.asking("text")))));
    }
}
