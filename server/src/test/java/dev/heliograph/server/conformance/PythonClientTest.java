package dev.heliograph.server.conformance;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heliograph.server.WholeServer;
import dev.heliograph.server.testkit.TestCertificate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Python's library {@code websockets}, Debian's package python3-websockets, with a whole server.
 */
class PythonClientTest {

    private static final String USER = "python";
    private static final int SECONDS = 120;

    @TempDir Path directory;

    @Test
    void exchangesFramesAcknowledgesAndIsClosed() throws Exception {
        try (WholeServer whole = new WholeServer(directory, "gateway.heartbeat-interval", "1s")) {
            converse(whole, "ws://localhost:" + whole.server().httpPort() + "/v1/connect");
        }
    }

    @Test
    void doesTheSameOverTls() throws Exception {
        Path authority = directory.resolve("authority.pem");
        Files.writeString(authority, TestCertificate.pem(TestCertificate.authority()));
        try (WholeServer whole =
                WholeServer.overTls(directory, "gateway.heartbeat-interval", "1s")) {
            converse(
                    whole,
                    "wss://localhost:" + whole.server().httpPort() + "/v1/connect",
                    authority.toString());
        }
    }

    private void converse(WholeServer whole, String url, String... more) throws Exception {
        Optional<String> python = python();
        assumeTrue(python.isPresent(), "There is no Python with the library websockets");
        Path script = directory.resolve("device.py");
        try (InputStream in = PythonClientTest.class.getResourceAsStream("device.py")) {
            Files.write(script, in.readAllBytes());
        }
        List<String> command =
                new ArrayList<>(
                        List.of(python.get(), script.toString(), url, whole.token(USER), USER));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(said.readLine(), is("subprotocol heliograph.v1.json"));
            assertThat(said.readLine(), is("welcome " + USER));
            assertThat(said.readLine(), is("pong"));
            assertThat(said.readLine(), is("subscribed OUTCOME_OK"));
            for (int seq = 1; seq <= 2; seq++) {
                String id = whole.producer().notify(whole.token("backend"), USER);
                assertThat(said.readLine(), is("deliver " + seq + " " + id));
            }
            assertThat(said.readLine(), is("closed 1000"));
            assertThat(said.readLine(), is("resumed 3 True"));
            assertThat(said.readLine(), is("error ERROR_CODE_PROTOCOL_VIOLATION"));
            assertThat(said.readLine(), is("closed 4500"));
            assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS), is(true));
            assertThat(process.exitValue(), is(0));
        } finally {
            process.destroyForcibly();
        }
        whole.bystanderStillReceives();
    }

    /** Debian's own first: another may be in front of it on the PATH, without its packages. */
    private static Optional<String> python() throws InterruptedException {
        for (String each : List.of("/usr/bin/python3", "python3")) {
            try {
                Process process =
                        new ProcessBuilder(each, "-c", "import websockets")
                                .redirectErrorStream(true)
                                .start();
                if (process.waitFor(SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0) {
                    return Optional.of(each);
                }
            } catch (IOException e) {
                // There is none of this name.
            }
        }
        return Optional.empty();
    }
}
