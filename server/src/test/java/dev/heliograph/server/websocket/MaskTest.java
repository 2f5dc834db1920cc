package dev.heliograph.server.websocket;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.util.Random;
import org.junit.jupiter.api.Test;

class MaskTest {

    @Test
    void equalsTheByteLoopOfTheRfcForEveryLengthAndPhase() {
        Random random = new Random(5);
        for (int length = 0; length < 70; length++) {
            for (int phase = 0; phase < 8; phase++) {
                int key = random.nextInt();
                byte[] bytes = new byte[length + 6];
                random.nextBytes(bytes);
                byte[] expected = bytes.clone();
                for (int i = 0; i < length; i++) {
                    expected[3 + i] ^= (byte) (key >>> (24 - 8 * ((phase + i) % 4)));
                }
                Mask.apply(bytes, 3, 3 + length, key, phase);
                assertThat(bytes, is(expected));
            }
        }
    }
}
