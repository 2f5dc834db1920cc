package dev.heliograph.server.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.ServerFrame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The two forms of each golden frame mean the same to Java, and survive being written again (C-2).
 */
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
        Message.Builder fromJson = newBuilder(jsonFile);
        JsonFormat.parser().merge(Files.readString(jsonFile), fromJson);
        Message frame = newBuilder(jsonFile).mergeFrom(binary).build();

        assertEquals(frame, fromJson.build());
        assertEquals(frame, newBuilder(jsonFile).mergeFrom(frame.toByteArray()).build());
        Message.Builder again = newBuilder(jsonFile);
        JsonFormat.parser().merge(JsonFormat.printer().print(frame), again);
        assertEquals(frame, again.build());
    }

    private static Message.Builder newBuilder(Path file) {
        return isClientFrame(file) ? ClientFrame.newBuilder() : ServerFrame.newBuilder();
    }

    private static boolean isClientFrame(Path file) {
        return file.getFileName().toString().startsWith("client-");
    }
}
