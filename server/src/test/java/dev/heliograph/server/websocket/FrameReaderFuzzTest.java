package dev.heliograph.server.websocket;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Any octets: the first one says how the others are read and cut. */
class FrameReaderFuzzTest {

    @FuzzTest(maxDuration = "2m")
    void whatIsReadDoesNotDependOnTheCutsAndNothingComesAfterAnEnd(byte[] octets)
            throws CharacterCodingException {
        if (octets.length == 0) {
            return;
        }
        boolean text = (octets[0] & 1) == 0;
        int cut = 1 + (octets[0] >>> 1 & 0x7F) % octets.length;
        byte[] stream = Arrays.copyOfRange(octets, 1, octets.length);
        List<String> whole = FrameReaderTest.read(text, stream);

        assertThat(FrameReaderTest.read(text, FrameReaderTest.bytewise(stream)), is(whole));
        assertThat(
                FrameReaderTest.read(
                        text,
                        Arrays.copyOf(stream, Math.min(cut, stream.length)),
                        Arrays.copyOfRange(stream, Math.min(cut, stream.length), stream.length)),
                is(whole));
        for (int i = 0; i < whole.size(); i++) {
            String told = whole.get(i);
            boolean end = told.startsWith("close") || told.startsWith("violation");
            assertThat("an end is the last: " + whole, !end || i == whole.size() - 1);
            if (text && told.startsWith("message ")) {
                StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(HexFormat.of().parseHex(told.substring(8))));
            }
        }
    }
}
