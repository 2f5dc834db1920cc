package dev.heliograph.loadtest.chaos;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds what runs devices of the TypeScript SDK, which is built apart from Java. */
final class NodeDevices {

    private NodeDevices() {}

    /**
     * The command that takes a history file and a devices file; empty when something is missing.
     */
    static Optional<List<String>> program() {
        Path root = Path.of(System.getProperty("heliograph.root", "")).toAbsolutePath();
        Path script = root.resolve("loadtest/src/main/node/recording-device.mjs");
        Path sdk = root.resolve("ts-client/dist/client/index.js");
        String searchPath = System.getenv("PATH");
        Optional<Path> node =
                Stream.of((searchPath == null ? "" : searchPath).split(File.pathSeparator))
                        .map(directory -> Path.of(directory, "node"))
                        .filter(Files::isExecutable)
                        .findFirst();
        return node.filter(found -> Files.exists(script) && Files.exists(sdk))
                .map(found -> List.of(found.toString(), script.toString()));
    }
}
