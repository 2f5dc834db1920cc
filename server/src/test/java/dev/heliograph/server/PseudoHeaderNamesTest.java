package dev.heliograph.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.notify.FakeLog;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients on gRPC's C core, which spell the names of pseudo headers out. */
class PseudoHeaderNamesTest {

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int END_STREAM = 0x1;
    private static final int END_HEADERS = 0x4;
    private static final int PADDED_WITH_PRIORITY = 0x28;
    private static final int TIMEOUT_MS = 10_000;

    /** Static index 4 with incremental indexing, then the value. */
    private static final byte[] INDEXED_PATH = bytes("44", text("/a"));

    private static final byte[] SPELLED_PATH = bytes("40", text(":path"), text("/a"));

    @Test
    void aCallWhosePathIsSpelledOutIsAnswered(@TempDir Path directory) throws IOException {
        byte[] block =
                bytes(
                        "8386", // :method POST, :scheme http
                        bytes("40", text(":path"), text("/grpc.health.v1.Health/Check")),
                        bytes("40", text(":authority"), text("localhost")),
                        bytes("40", text("content-type"), text("application/grpc")),
                        bytes("40", text("te"), text("trailers")));
        try (TestServer server = new TestServer(directory, new FakeLog());
                Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MS);
            socket.connect(new InetSocketAddress("127.0.0.1", server.server().grpcPort()));
            socket.getOutputStream()
                    .write(
                            bytes(
                                    "",
                                    PREFACE,
                                    frame(SETTINGS, 0, 0),
                                    frame(HEADERS, END_HEADERS, 1, block),
                                    frame(DATA, END_STREAM, 1, new byte[5])));
            assertThat(firstFrameOf(1, new DataInputStream(socket.getInputStream())), is(HEADERS));
        }
    }

    @Test
    void spelledNamesBecomeIndexesWhereverTheBytesAreCut() {
        byte[] sent = request(END_HEADERS, SPELLED_PATH);
        byte[] expected = request(END_HEADERS, INDEXED_PATH);
        for (int cut = 0; cut <= sent.length; cut++) {
            PseudoHeaderNames names = new PseudoHeaderNames();
            byte[] first = names.rewrite(Arrays.copyOf(sent, cut));
            byte[] second = names.rewrite(Arrays.copyOfRange(sent, cut, sent.length));
            assertThat("cut at " + cut, bytes("", first, second), is(expected));
        }
    }

    @Test
    void priorityAndPaddingStayInPlace() {
        byte[] around = {2, 0, 0, 0, 0, 16};
        byte[] padding = {0, 0};
        int flags = END_HEADERS | PADDED_WITH_PRIORITY;
        assertThat(
                rewritten(request(flags, bytes("", around, SPELLED_PATH, padding))),
                is(request(flags, bytes("", around, INDEXED_PATH, padding))));
    }

    @Test
    void whatIsNoWholeBlockPassesAsItIs() {
        byte[][] untouched = {
            bytes("40", text(":paths"), text("/a")), // no pseudo header
            bytes("827f80808080808080"), // an endless integer
            bytes("407f"), // a name beyond the block
            bytes("40", text(":path")), // no value
            {},
        };
        for (byte[] block : untouched) {
            byte[] sent = request(END_HEADERS, block);
            assertThat(HexFormat.of().formatHex(block), rewritten(sent), is(sent));
        }
        byte[] continued = request(0, SPELLED_PATH);
        assertThat(rewritten(continued), is(continued));
        byte[] tooMuchPadding = request(END_HEADERS | PADDED_WITH_PRIORITY, bytes("ff0000"));
        assertThat(rewritten(tooMuchPadding), is(tooMuchPadding));
    }

    private static byte[] rewritten(byte[] sent) {
        return new PseudoHeaderNames().rewrite(sent);
    }

    /** A connection's beginning with this header block and a frame behind it. */
    private static byte[] request(int flags, byte[] block) {
        return bytes("", PREFACE, frame(HEADERS, flags, 1, block), frame(DATA, 0, 1, SPELLED_PATH));
    }

    private static byte[] frame(int type, int flags, int stream, byte... payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    private static byte[] text(String text) {
        return bytes("%02x".formatted(text.length()), text.getBytes(US_ASCII));
    }

    private static byte[] bytes(String hex, byte[]... more) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(HexFormat.of().parseHex(hex));
        for (byte[] part : more) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** Type of the first frame of a stream; fails when the connection ends before. */
    private static int firstFrameOf(int stream, DataInputStream in) throws IOException {
        while (true) {
            int lengthAndType = in.readInt();
            in.readByte();
            int of = in.readInt();
            in.readNBytes(lengthAndType >>> 8);
            if (of == stream) {
                return lengthAndType & 0xFF;
            }
        }
    }
}
