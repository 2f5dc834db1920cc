package dev.heliograph.loadtest;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Programs that end with their owner, and what is read from them. */
class WatchedProcessTest {

    /** So many that an output which can come before the process id does so in one of them. */
    private static final int STARTS = 200;

    private static final int PATIENCE_S = 30;

    @Test
    void theProcessIdComesBeforeAnythingThatAQuickProgramSays() throws Exception {
        for (int i = 0; i < STARTS; i++) {
            try (WatchedProcess process = start(List.of("echo", "hello"))) {
                process.ended().get(PATIENCE_S, TimeUnit.SECONDS);

                assertThat(process.pid(), is(greaterThan(0L)));
                assertThat(process.tail(), is("hello"));
            }
        }
    }

    @Test
    void theProcessIdIsThatOfTheProgram() throws Exception {
        try (WatchedProcess process = start(List.of("sleep", "60"))) {
            process.kill();

            process.ended().get(PATIENCE_S, TimeUnit.SECONDS);
            assertThat(process.isAlive(), is(false));
        }
    }

    private static WatchedProcess start(List<String> command) throws Exception {
        return WatchedProcess.start(command, Map.of(), Optional.empty(), line -> {});
    }
}
