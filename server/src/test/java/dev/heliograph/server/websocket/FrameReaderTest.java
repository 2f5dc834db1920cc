package dev.heliograph.server.websocket;

import static dev.heliograph.server.websocket.WireFrames.BINARY;
import static dev.heliograph.server.websocket.WireFrames.CLOSE;
import static dev.heliograph.server.websocket.WireFrames.CONTINUATION;
import static dev.heliograph.server.websocket.WireFrames.FIN;
import static dev.heliograph.server.websocket.WireFrames.PING;
import static dev.heliograph.server.websocket.WireFrames.PONG;
import static dev.heliograph.server.websocket.WireFrames.TEXT;
import static dev.heliograph.server.websocket.WireFrames.close;
import static dev.heliograph.server.websocket.WireFrames.concat;
import static dev.heliograph.server.websocket.WireFrames.frame;
import static dev.heliograph.server.websocket.WireFrames.masked;
import static dev.heliograph.server.websocket.WireFrames.text;
import static dev.heliograph.server.websocket.WireFrames.utf8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import dev.heliograph.proto.device.v1.CloseCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameReaderTest {

    private static final int MAX = 16_384;
    private static final byte[] NOTHING = {};

    @Test
    void readsAConversationCutAtEveryByte() {
        byte[] stream =
                concat(
                        text("Grüße, 漢字 and 🚀"),
                        masked(TEXT, utf8("one ")),
                        masked(FIN | PING, utf8("are you there")),
                        masked(CONTINUATION, utf8("two ")),
                        masked(FIN | PONG, NOTHING),
                        masked(FIN | CONTINUATION, utf8("three")),
                        text(""),
                        text("x".repeat(126)),
                        close(1000, "bye"));
        List<String> whole = read(true, stream);

        assertThat(
                whole,
                contains(
                        "message " + hex("Grüße, 漢字 and 🚀"),
                        "ping " + hex("are you there"),
                        "message " + hex("one two three"),
                        "message ",
                        "message " + hex("x".repeat(126)),
                        "close 1000 bye"));
        for (int cut = 1; cut < stream.length; cut++) {
            assertThat(
                    "cut at " + cut,
                    read(
                            true,
                            Arrays.copyOf(stream, cut),
                            Arrays.copyOfRange(stream, cut, stream.length)),
                    is(whole));
        }
        assertThat(read(true, bytewise(stream)), is(whole));
    }

    @Test
    void readsMessagesUpToTheLimitInEveryLengthForm() {
        for (int length : new int[] {0, 1, 7, 8, 125, 126, 127, 4096, MAX}) {
            byte[] payload = new byte[length];
            new Random(length).nextBytes(payload);
            assertThat(
                    read(false, masked(FIN | BINARY, payload)),
                    contains("message " + HexFormat.of().formatHex(payload)));
        }
    }

    @Test
    void f3ALargerMessageIsRefusedAtItsHeaderAndOverFragments() {
        assertThat(read(false, header(FIN | BINARY, MAX + 1)), contains("violation 1009"));
        assertThat(read(false, header(FIN | BINARY, Long.MAX_VALUE)), contains("violation 1009"));
        assertThat(
                read(
                        false,
                        masked(BINARY, new byte[MAX - 1]),
                        masked(CONTINUATION, new byte[1]),
                        header(FIN | CONTINUATION, 1)),
                contains("violation 1009"));
    }

    @Test
    void f4TheWrongKindOfMessageIsRefused() {
        assertThat(read(false, text("{}")), contains("violation 1003"));
        assertThat(read(true, masked(FIN | BINARY, NOTHING)), contains("violation 1003"));
    }

    @Test
    void f4TextThatIsNotUtf8IsRefusedAtItsFirstWrongByte() {
        assertThat(
                read(true, masked(TEXT, new byte[] {'a', (byte) 0xFF})),
                contains("violation 1007"));
        assertThat(
                "cut off inside a character",
                read(true, masked(FIN | TEXT, new byte[] {(byte) 0xE2, (byte) 0x82})),
                contains("violation 1007"));
        byte[] bad = frame(FIN | TEXT, 1000, true, new byte[] {(byte) 0xC0});
        assertThat("before the frame is complete", read(true, bad), contains("violation 1007"));
    }

    @Test
    void f4ACharacterMaySpanFragments() {
        byte[] euro = utf8("€");
        assertThat(
                read(
                        true,
                        masked(TEXT, Arrays.copyOf(euro, 1)),
                        masked(FIN | CONTINUATION, Arrays.copyOfRange(euro, 1, 3))),
                contains("message " + hex("€")));
    }

    @Test
    void f5BrokenFramingIsRefused() {
        List<byte[]> broken =
                List.of(
                        frame(FIN | TEXT, 2, false, utf8("hi")),
                        masked(FIN | 0x40 | TEXT, utf8("hi")),
                        masked(FIN | 0x20 | TEXT, utf8("hi")),
                        masked(FIN | 0x10 | TEXT, utf8("hi")),
                        masked(FIN | CONTINUATION, utf8("hi")),
                        concat(masked(TEXT, utf8("a")), text("b")),
                        masked(PING, NOTHING),
                        masked(CLOSE, NOTHING),
                        masked(FIN | PING, new byte[126]),
                        masked(FIN | CLOSE, new byte[1]),
                        new byte[] {(byte) (FIN | TEXT), (byte) 0xFE, 0, 125},
                        new byte[] {(byte) (FIN | TEXT), (byte) 0xFF, 0, 0, 0, 0, 0, 0, 1, 0},
                        new byte[] {(byte) (FIN | TEXT), (byte) 0xFF, -1, 0, 0, 0, 0, 0, 0, 0});
        for (byte[] bytes : broken) {
            String what =
                    HexFormat.of().formatHex(Arrays.copyOf(bytes, Math.min(12, bytes.length)));
            assertThat(what, read(true, bytes), contains("violation 1002"));
            assertThat(what, read(true, bytewise(bytes)), contains("violation 1002"));
        }
    }

    @Test
    void f5ReservedOpcodesAreRefused() {
        for (int opcode : new int[] {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
            assertThat(read(true, masked(FIN | opcode, NOTHING)), contains("violation 1002"));
        }
    }

    @Test
    void f5OnlyCloseCodesThatMayBeSentAreTaken() {
        for (int code = 0; code <= 0xFFFF; code++) {
            boolean valid =
                    (code >= 3000 && code < 5000)
                            || (code >= 1000
                                    && code <= 1014
                                    && !List.of(1004, 1005, 1006).contains(code));
            assertThat(
                    read(true, close(code, "")),
                    contains(valid ? "close " + code + " " : "violation 1002"));
        }
        assertThat(read(true, masked(FIN | CLOSE, NOTHING)), contains("close 1005 "));
        assertThat(
                read(true, masked(FIN | CLOSE, new byte[] {3, (byte) 0xE8, (byte) 0xFF})),
                contains("violation 1007"));
    }

    @Test
    void nothingIsReadAfterAnEnd() {
        assertThat(read(true, concat(close(1000, ""), text("more"))), contains("close 1000 "));
        assertThat(
                read(true, concat(masked(FIN | 3, NOTHING), text("more"))),
                contains("violation 1002"));
    }

    @Test
    void anAnnouncedMessageThatDoesNotComeIsNoEvent() {
        assertThat(read(true, frame(FIN | TEXT, MAX, true, utf8("only this"))), is(empty()));
    }

    @Test
    void randomConversationsComeOutAsTheyWentIn() {
        Random random = new Random(20_261_122);
        for (int round = 0; round < 2_000; round++) {
            List<String> expected = new ArrayList<>();
            byte[] stream = conversation(random, expected);
            List<byte[]> pieces = new ArrayList<>();
            for (int at = 0; at < stream.length; ) {
                int end = Math.min(stream.length, at + 1 + random.nextInt(40));
                pieces.add(Arrays.copyOfRange(stream, at, end));
                at = end;
            }
            assertThat("round " + round, read(false, pieces.toArray(byte[][]::new)), is(expected));
        }
    }

    @Test
    void garbageMeansTheSameHoweverItIsCut() {
        Random random = new Random(7);
        for (int round = 0; round < 5_000; round++) {
            byte[] garbage = new byte[1 + random.nextInt(64)];
            random.nextBytes(garbage);
            if (random.nextBoolean()) { // let some of it get past the first two bytes
                garbage[0] = (byte) (FIN | TEXT);
                garbage[garbage.length > 1 ? 1 : 0] |= (byte) 0x80;
            }
            assertThat("round " + round, read(true, garbage), is(read(true, bytewise(garbage))));
        }
    }

    /** Whole and fragmented messages with control frames between the fragments. */
    private static byte[] conversation(Random random, List<String> expected) {
        List<byte[]> stream = new ArrayList<>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            byte[] payload = new byte[random.nextInt(300)];
            random.nextBytes(payload);
            int at = 0;
            int opcode = BINARY;
            while (random.nextInt(3) == 0 && at < payload.length) {
                int end = at + random.nextInt(payload.length - at);
                stream.add(masked(opcode, Arrays.copyOfRange(payload, at, end)));
                at = end;
                opcode = CONTINUATION;
                if (random.nextBoolean()) {
                    byte[] ping = new byte[random.nextInt(126)];
                    stream.add(masked(FIN | PING, ping));
                    expected.add("ping " + HexFormat.of().formatHex(ping));
                }
            }
            stream.add(masked(FIN | opcode, Arrays.copyOfRange(payload, at, payload.length)));
            expected.add("message " + HexFormat.of().formatHex(payload));
        }
        return concat(stream.toArray(byte[][]::new));
    }

    private static byte[] header(int firstByte, long length) {
        return frame(firstByte, length, true, NOTHING);
    }

    static byte[][] bytewise(byte[] stream) {
        byte[][] pieces = new byte[stream.length][];
        for (int i = 0; i < stream.length; i++) {
            pieces[i] = new byte[] {stream[i]};
        }
        return pieces;
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(utf8(text));
    }

    /** What a reader tells of a stream that comes in these pieces. */
    static List<String> read(boolean text, byte[]... pieces) {
        List<String> told = new ArrayList<>();
        FrameReader reader = new FrameReader(MAX, text);
        for (byte[] piece : pieces) {
            reader.read(
                    piece,
                    piece.length,
                    new FrameReader.Events() {
                        @Override
                        public void message(byte[] payload) {
                            told.add("message " + HexFormat.of().formatHex(payload));
                        }

                        @Override
                        public void ping(byte[] payload) {
                            told.add("ping " + HexFormat.of().formatHex(payload));
                        }

                        @Override
                        public void peerClosed(int code, String reason) {
                            told.add("close " + code + " " + reason);
                        }

                        @Override
                        public void violation(CloseCode code, String problem) {
                            told.add("violation " + code.getNumber());
                        }
                    });
        }
        return told;
    }
}
