package dev.heliograph.loadtest.peer.centrifugo;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heliograph.loadtest.peer.Credentials;
import dev.heliograph.loadtest.peer.Plan;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said when Centrifugo cannot be started. */
class CentrifugoTest {

    @TempDir private Path directory;

    private String problem(Path binary, byte[] secret) {
        Plan plan =
                new Plan(
                        1,
                        1,
                        URI.create("redis://127.0.0.1:1"),
                        directory,
                        new Credentials(directory, secret));
        return assertThrows(IOException.class, () -> new CentrifugoPeer(binary).start(plan))
                .getMessage();
    }

    private Path program(String script) throws IOException {
        Path program = Files.writeString(directory.resolve("centrifugo"), "#!/bin/sh\n" + script);
        assertEquals(true, program.toFile().setExecutable(true));
        return program;
    }

    @Test
    void namesAPathAtWhichThereIsNothing() {
        Path binary = directory.resolve("nowhere");
        assertThat(
                problem(binary, new byte[] {'a'}),
                containsString("No executable file at " + binary));
    }

    @Test
    void namesAnotherVersion() throws Exception {
        Path binary = program("echo 'Centrifugo v5.4.9 (Go version: go1.23)'");
        assertThat(
                problem(binary, new byte[] {'a'}),
                containsString("is not Centrifugo 6: it calls itself 'Centrifugo v5.4.9"));
    }

    @Test
    void refusesASecretThatAConfigurationCannotHold() throws Exception {
        Path binary = program("echo 'Centrifugo v6.9.1 (Go version: go1.26)'");
        assertThat(problem(binary, new byte[] {(byte) 0x80}), containsString("secret as text"));
    }

    @Test
    void showsWhatANodeSaidThatDidNotStart() throws Exception {
        Path binary =
                program("[ \"$1\" = version ] && echo 'Centrifugo v6.9.1' || echo 'no such Redis'");
        assertThat(problem(binary, new byte[] {'a'}), containsString("no such Redis"));
    }
}
