package dev.heliograph.server.websocket;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8ValidatorTest {

    @Test
    void agreesWithTheJdkOnAllPairsOfBytes() {
        for (int pair = 0; pair <= 0xFFFF; pair++) {
            check((byte) (pair >>> 8), (byte) pair);
        }
    }

    @Test
    void agreesWithTheJdkAroundEveryBorderOfThreeAndFourByteForms() {
        int[] leads = {
            0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF
        };
        int[] others = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF};
        for (int lead : leads) {
            for (int second : others) {
                for (int third : others) {
                    check((byte) lead, (byte) second, (byte) third);
                    for (int fourth : others) {
                        check((byte) lead, (byte) second, (byte) third, (byte) fourth);
                    }
                }
            }
        }
    }

    @Test
    void agreesWithTheJdkOnRandomBytes() {
        Random random = new Random(3629);
        byte[] bytes = new byte[6];
        for (int i = 0; i < 100_000; i++) {
            random.nextBytes(bytes);
            check(bytes);
        }
    }

    private static void check(byte... bytes) {
        boolean expected = true;
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        } catch (CharacterCodingException e) {
            expected = false;
        }
        Utf8Validator whole = new Utf8Validator();
        Utf8Validator bytewise = new Utf8Validator();
        boolean accepted = true;
        for (int i = 0; i < bytes.length && accepted; i++) {
            accepted = bytewise.accept(bytes, i, i + 1);
        }
        boolean valid = whole.accept(bytes, 0, bytes.length) && whole.complete();
        if (valid != expected || (accepted && bytewise.complete()) != expected) {
            assertThat(HexFormat.of().formatHex(bytes), valid, is(expected));
        }
    }
}
