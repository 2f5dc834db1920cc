package dev.heliograph.loadtest.scenario;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of a run whose processes are gone. */
class LogEndsTest {

    @Test
    void areTheLastLinesOfEachLogWithItsName(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("b.log"), "1\n2\n3\n4\n5\nout of memory\n");
        Files.write(directory.resolve("a.log"), new byte[] {'x', (byte) 0xC3});
        Files.writeString(directory.resolve("c.gc.log"), "collected");
        Files.writeString(directory.resolve("jwks.json"), "{}");

        assertThat(
                LogEnds.of(directory).lines().toList(),
                contains(
                        "",
                        "a.log: x\uFFFD",
                        "b.log: 2",
                        "b.log: 3",
                        "b.log: 4",
                        "b.log: 5",
                        "b.log: out of memory"));
    }

    @Test
    void areNothingWhenNothingWasSaid(@TempDir Path directory) {
        assertThat(LogEnds.of(directory), is(""));
    }
}
