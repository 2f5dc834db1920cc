package dev.heliograph.server.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.util.JsonFormat;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.ServerFrame;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The two forms of each golden frame mean the same to the gateway's own codec (C-2). */
class GoldenFramesTest {

    private static final Path FRAMES = Path.of("..", "proto", "testdata", "frames");

    static List<Path> jsonFiles() throws IOException {
        try (Stream<Path> files = Files.list(FRAMES)) {
            return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
        }
    }

    @Test
    void thereAreFramesOfBothSides() throws IOException {
        assertTrue(jsonFiles().stream().anyMatch(GoldenFramesTest::isClientFrame));
        assertTrue(jsonFiles().stream().anyMatch(file -> !isClientFrame(file)));
    }

    @ParameterizedTest
    @MethodSource("jsonFiles")
    void bothFormsMeanTheSame(Path jsonFile) throws IOException {
        String name = jsonFile.getFileName().toString().replace(".json", ".binpb");
        byte[] binary = Files.readAllBytes(jsonFile.resolveSibling(name));
        byte[] json = Files.readAllBytes(jsonFile);
        if (isClientFrame(jsonFile)) {
            ClientFrame frame = FrameDecoder.decode(Encoding.PROTO, binary);
            assertEquals(frame, FrameDecoder.decode(Encoding.JSON, json));
            assertEquals(frame, FrameDecoder.decode(Encoding.PROTO, frame.toByteArray()));
        } else {
            ServerFrame frame = ServerFrame.parseFrom(binary);
            assertEquals(frame, json(new String(json, StandardCharsets.UTF_8)));
            assertEquals(frame, ServerFrame.parseFrom(payload(Frame.of(frame), Encoding.PROTO)));
            String sent =
                    new String(payload(Frame.of(frame), Encoding.JSON), StandardCharsets.UTF_8);
            assertEquals(frame, json(sent));
        }
    }

    private static ServerFrame json(String text) throws IOException {
        ServerFrame.Builder frame = ServerFrame.newBuilder();
        JsonFormat.parser().merge(text, frame);
        return frame.build();
    }

    /** What is in an unmasked WebSocket frame. */
    private static byte[] payload(Frame frame, Encoding encoding) {
        byte[] wire = frame.wire(encoding);
        int header =
                switch (wire[1]) {
                    case 126 -> 4;
                    case 127 -> 10;
                    default -> 2;
                };
        return Arrays.copyOfRange(wire, header, wire.length);
    }

    private static boolean isClientFrame(Path file) {
        return file.getFileName().toString().startsWith("client-");
    }
}
