package dev.heliograph.client.device;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.JsonFormat;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.ServerFrame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The two forms of each golden frame mean the same to the SDK's own codec (C-2). */
class GoldenFramesTest {

    private static final Path FRAMES = Path.of("..", "proto", "testdata", "frames");

    static List<Path> server() throws IOException {
        return files("server-");
    }

    static List<Path> client() throws IOException {
        return files("client-");
    }

    private static List<Path> files(String prefix) throws IOException {
        try (Stream<Path> files = Files.list(FRAMES)) {
            return files.filter(
                            file -> {
                                String name = file.getFileName().toString();
                                return name.startsWith(prefix) && name.endsWith(".json");
                            })
                    .sorted()
                    .toList();
        }
    }

    private static byte[] binary(Path json) throws IOException {
        String name = json.getFileName().toString().replace(".json", ".binpb");
        return Files.readAllBytes(json.resolveSibling(name));
    }

    @ParameterizedTest
    @MethodSource("server")
    void readsWhatGatewaysSend(Path json) throws IOException {
        ServerFrame frame = FrameCodec.fromProto(ByteString.copyFrom(binary(json)));
        assertThat(FrameCodec.fromJson(Files.readString(json)), is(frame));
    }

    @ParameterizedTest
    @MethodSource("client")
    void writesWhatGatewaysRead(Path json) throws IOException {
        ClientFrame frame = ClientFrame.parseFrom(binary(json));
        ClientFrame.Builder written = ClientFrame.newBuilder();
        JsonFormat.parser().merge(FrameCodec.toJson(frame), written);
        assertThat(written.build(), is(frame));
    }
}
