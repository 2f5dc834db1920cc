package dev.heliograph.client;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The module graph: proto ← client, proto ← server, and nothing between client and server. */
class ModuleBoundaryTest {

    @Test
    void clientNeverNamesHelidonOrTheServer() throws IOException {
        assertThat(
                lines(
                        Path.of("src/main/java"),
                        line ->
                                line.contains("io.helidon")
                                        || line.contains("dev.heliograph.server")),
                is(empty()));
    }

    @Test
    void serverNeverNamesTheClient() throws IOException {
        assertThat(
                lines(
                        Path.of("../server/src/main/java"),
                        line -> line.contains("dev.heliograph.client")),
                is(empty()));
    }

    /** Lines of Java source that match, with their file. */
    private static List<String> lines(Path root, Predicate<String> matches) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(root)) {
            files = walk.filter(path -> path.toString().endsWith(".java")).toList();
        }
        assertThat("sources under " + root.toAbsolutePath(), files, is(not(empty())));
        List<String> found = new ArrayList<>();
        for (Path file : files) {
            for (String line : Files.readAllLines(file)) {
                if (matches.test(line)) {
                    found.add(file + ": " + line.strip());
                }
            }
        }
        return found;
    }
}
