package dev.heliograph.client.device;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.JsonFormat;
import dev.heliograph.proto.device.v1.ClientFrame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** C-2: both encodings of every frame in proto/testdata mean the same here. */
class GoldenFramesTest {

    private static final Path FRAMES = Path.of("../proto/testdata/frames");

    @ParameterizedTest
    @MethodSource("serverFrames")
    void serverFramesAreReadAlikeInBothEncodings_C2(String name) throws IOException {
        assertThat(FrameCodec.fromJson(json(name)), is(FrameCodec.fromProto(binary(name))));
    }

    @ParameterizedTest
    @MethodSource("clientFrames")
    void clientFramesAreWrittenAlikeInBothEncodings_C2(String name) throws IOException {
        ClientFrame frame = ClientFrame.parseFrom(binary(name));
        ClientFrame.Builder written = ClientFrame.newBuilder();
        JsonFormat.parser().merge(FrameCodec.toJson(frame), written);
        ClientFrame.Builder golden = ClientFrame.newBuilder();
        JsonFormat.parser().merge(json(name), golden);

        assertThat(written.build(), is(frame));
        assertThat(golden.build(), is(frame));
    }

    @Test
    void thereAreFramesOfBothSides() throws IOException {
        assertThat(serverFrames().size(), is(greaterThan(10)));
        assertThat(clientFrames().size(), is(greaterThan(5)));
    }

    static List<String> serverFrames() throws IOException {
        return names("server-");
    }

    static List<String> clientFrames() throws IOException {
        return names("client-");
    }

    private static List<String> names(String prefix) throws IOException {
        try (Stream<Path> files = Files.list(FRAMES)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(prefix) && name.endsWith(".json"))
                    .map(name -> name.replace(".json", ""))
                    .sorted()
                    .toList();
        }
    }

    private static String json(String name) throws IOException {
        return Files.readString(FRAMES.resolve(name + ".json"));
    }

    private static ByteString binary(String name) throws IOException {
        return ByteString.copyFrom(Files.readAllBytes(FRAMES.resolve(name + ".binpb")));
    }
}
