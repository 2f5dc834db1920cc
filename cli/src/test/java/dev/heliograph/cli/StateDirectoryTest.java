package dev.heliograph.cli;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDirectoryTest {

    @TempDir Path directory;

    @Test
    void aRunningProcessIsFoundAndItsFileIsPrivate() throws Exception {
        StateDirectory state = StateDirectory.at(directory);
        Path key = StateDirectory.keyIn(directory);
        state.announce(1, 2, 3, key);

        StateDirectory.Run run = state.running().orElseThrow();
        assertThat(run.grpcPort(), is(2));
        assertThat(run.key(), is(key));
        assertThat(
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(directory.resolve("run.json"))),
                is("rw-------"));

        state.retract();
        assertThat(state.running(), is(Optional.empty()));
    }

    @Test
    void whatAKilledProcessLeftIsStale() throws Exception {
        StateDirectory state = StateDirectory.at(directory);
        state.announce(1, 2, 3, StateDirectory.keyIn(directory));
        Path file = directory.resolve("run.json");
        String announced = Files.readString(file);
        String pid = Long.toString(ProcessHandle.current().pid());

        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        Files.writeString(file, announced.replace(pid, Long.toString(ended.pid())));
        assertThat(state.running(), is(Optional.empty()));

        // The number was given to another process.
        Files.writeString(file, announced.replaceAll("\"startedMs\": [^,]*", "\"startedMs\": 1"));
        assertThat(state.running(), is(Optional.empty()));

        Files.writeString(file, "{");
        assertThat(state.running(), is(Optional.empty()));
    }

    @Test
    void theKeyStaysTheSame() throws Exception {
        Path key = StateDirectory.keyIn(directory);
        String first = Files.readString(key);
        assertThat(Files.readString(StateDirectory.keyIn(directory)), is(first));
    }
}
