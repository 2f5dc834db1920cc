package dev.heliograph.server.conformance;

import static dev.heliograph.server.websocket.WireFrames.CONTINUATION;
import static dev.heliograph.server.websocket.WireFrames.FIN;
import static dev.heliograph.server.websocket.WireFrames.PING;
import static dev.heliograph.server.websocket.WireFrames.PONG;
import static dev.heliograph.server.websocket.WireFrames.TEXT;
import static dev.heliograph.server.websocket.WireFrames.masked;
import static dev.heliograph.server.websocket.WireFrames.utf8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Section 5: messages in fragments. */
final class FragmentCases {

    private static final byte[] PING_PAYLOAD = utf8("pongme!");
    private static final byte[] A_PING = masked(FIN | PING, PING_PAYLOAD);

    private FragmentCases() {}

    /** How frames are cut into writes. */
    private enum Chops {
        ONE_WRITE("in one write"),
        FRAMES("frame by frame"),
        OCTETS("octet by octet");

        private final String words;

        Chops(String words) {
            this.words = words;
        }

        void send(RawDevice device, byte[]... frames) throws IOException {
            switch (this) {
                case ONE_WRITE -> device.send(frames);
                case FRAMES -> device.sendEach(frames);
                case OCTETS -> device.sendChopped(1, frames);
            }
        }
    }

    static Group group() {
        List<Case> cases = new ArrayList<>();
        cases.add(controlInFragments("5.1", "a Ping in two fragments", PING));
        cases.add(controlInFragments("5.2", "a Pong in two fragments", PONG));
        for (Chops chops : Chops.values()) {
            cases.add(
                    Case.valid(
                            "5." + (3 + chops.ordinal()),
                            "a message in two fragments, " + chops.words,
                            device -> {
                                byte[][] two = Fragments.equal(device, "fragmented", 2);
                                chops.send(device, two);
                                device.repeats("fragmented");
                            }));
        }
        for (Chops chops : Chops.values()) {
            cases.add(
                    Case.valid(
                            "5." + (6 + chops.ordinal()),
                            "two fragments with a Ping between, " + chops.words,
                            device -> {
                                byte[][] two = Fragments.equal(device, "fragmented", 2);
                                chops.send(device, two[0], A_PING, two[1]);
                                device.pong(PING_PAYLOAD);
                                device.repeats("fragmented");
                            }));
        }
        for (Chops chops : Chops.values()) {
            cases.add(nothingToContinue("5." + (9 + chops.ordinal()), FIN, chops));
        }
        for (Chops chops : Chops.values()) {
            cases.add(nothingToContinue("5." + (12 + chops.ordinal()), 0, chops));
        }
        cases.addAll(twoStarts());
        cases.add(pingsBetweenFive("5.19", Chops.ONE_WRITE));
        cases.add(pingsBetweenFive("5.20", Chops.FRAMES));
        return new Group("5 Fragmentation", cases);
    }

    private static Case controlInFragments(String number, String shows, int opcode) {
        return Case.ends(
                number,
                shows,
                1002,
                device ->
                        device.send(
                                masked(opcode, utf8("fragment1")),
                                masked(FIN | CONTINUATION, utf8("fragment2"))));
    }

    private static Case nothingToContinue(String number, int fin, Chops chops) {
        return Case.ends(
                number,
                "a continuation %s FIN of nothing, then a message, %s"
                        .formatted(fin == 0 ? "without" : "with", chops.words),
                1002,
                device ->
                        chops.send(
                                device,
                                masked(fin | CONTINUATION, utf8("non-continuation")),
                                device.ask("unheard")));
    }

    private static List<Case> twoStarts() {
        return List.of(
                Case.ends(
                        "5.15",
                        "a fragmented message, then a continuation of nothing, then a message",
                        1002,
                        device -> {
                            byte[][] two = Fragments.equal(device, "heard", 2);
                            device.send(
                                    two[0],
                                    two[1],
                                    masked(CONTINUATION, utf8("fragment3")),
                                    device.ask("unheard"));
                            device.repeats("heard");
                        }),
                Case.ends(
                        "5.16",
                        "twice a continuation without FIN of nothing and a message",
                        1002,
                        device -> twice(device, CONTINUATION)),
                Case.ends(
                        "5.17",
                        "twice a continuation with FIN of nothing and a message",
                        1002,
                        device -> twice(device, FIN | CONTINUATION)),
                Case.ends(
                        "5.18",
                        "two fragments that both start a message",
                        1002,
                        device ->
                                device.send(
                                        masked(TEXT, utf8("fragment1")),
                                        masked(FIN | TEXT, utf8("fragment2")))));
    }

    private static void twice(RawDevice device, int continuation) throws IOException {
        byte[] nothing = masked(continuation, utf8("fragment"));
        device.send(nothing, device.ask("unheard"), nothing, device.ask("unheard"));
    }

    private static Case pingsBetweenFive(String number, Chops chops) {
        return Case.valid(
                number,
                "five fragments with two Pings between, each answered at once, " + chops.words,
                device -> {
                    byte[][] five = Fragments.equal(device, "in five fragments", 5);
                    chops.send(device, five[0], five[1], A_PING);
                    device.pong(PING_PAYLOAD);
                    chops.send(device, five[2], five[3], A_PING);
                    device.pong(PING_PAYLOAD);
                    device.send(five[4]);
                    device.repeats("in five fragments");
                });
    }
}
