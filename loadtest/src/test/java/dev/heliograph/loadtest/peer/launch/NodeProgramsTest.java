package dev.heliograph.loadtest.peer.launch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages for machines on which something is missing. */
class NodeProgramsTest {

    @TempDir private Path directory;
    private Path root;
    private Path tools;

    @BeforeEach
    void makeACheckout() throws IOException {
        root = directory.resolve("checkout");
        tools = Files.createDirectory(directory.resolve("tools"));
        Path peers = Files.createDirectories(root.resolve("loadtest/peers/some"));
        Files.writeString(peers.resolve("program.mjs"), "");
        Files.writeString(peers.resolveSibling("package-lock.json"), "{}");
    }

    private Path tool(String name, String script) throws IOException {
        Path tool = Files.writeString(tools.resolve(name), "#!/bin/sh\n" + script);
        assertThat("", tool.toFile().setExecutable(true));
        return tool;
    }

    @Test
    void saysThatNodeIsMissingAndWhereItIs() {
        IOException e =
                assertThrows(IOException.class, () -> NodePrograms.install(root, tools.toString()));
        assertThat(
                e.getMessage(),
                allOf(
                        containsString("No node in PATH"),
                        containsString("Node.js 20.19"),
                        containsString("https://nodejs.org")));
    }

    @Test
    void saysThatNpmIsMissing() throws Exception {
        tool("node", "");
        IOException e =
                assertThrows(IOException.class, () -> NodePrograms.install(root, tools.toString()));
        assertThat(e.getMessage(), containsString("No npm in PATH"));
    }

    @Test
    void saysWhatNpmSaidAndLeavesNothingWhenThereIsNoNetwork() throws Exception {
        tool("node", "");
        tool("npm", "echo 'npm error network request failed'; exit 1");
        IOException e =
                assertThrows(IOException.class, () -> NodePrograms.install(root, tools.toString()));
        assertThat(
                e.getMessage(),
                allOf(
                        containsString("npm could not install"),
                        containsString("npm registry"),
                        containsString("network request failed")));
        try (Stream<Path> left = Files.list(root.resolve(".build/peers"))) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void installsOnceAndAgainWhenAProgramChanges() throws Exception {
        Path node = tool("node", "");
        tool("npm", "echo run >>" + directory.resolve("runs"));
        List<String> first =
                NodePrograms.install(root, tools.toString()).command("some/program.mjs");
        assertEquals(node.toString(), first.getFirst());
        assertEquals("", Files.readString(Path.of(first.getLast())));
        NodePrograms.install(root, tools.toString());
        assertEquals(1, Files.readAllLines(directory.resolve("runs")).size());

        Files.writeString(root.resolve("loadtest/peers/some/program.mjs"), "changed");
        List<String> second =
                NodePrograms.install(root, tools.toString()).command("some/program.mjs");
        assertEquals("changed", Files.readString(Path.of(second.getLast())));
        assertEquals(2, Files.readAllLines(directory.resolve("runs")).size());
    }
}
