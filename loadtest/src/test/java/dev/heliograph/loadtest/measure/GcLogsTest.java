package dev.heliograph.loadtest.measure;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GcLogsTest {

    @TempDir private Path directory;

    @Test
    void readsPausesOnceAndLeavesOutCollectionsThatTheRigAskedFor() throws Exception {
        Path log = directory.resolve("gateway-1.gc.log");
        Files.writeString(
                log,
                """
                [0.010s][info][gc] Using G1
                [1.234s][info][gc] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 24M->5M(256M) 3.250ms
                [2.000s][info][gc] GC(1) Pause Full (Diagnostic Command) 9M->4M(20M) 21.000ms
                [3.000s][info][gc] GC(2) Pause Remark 6M->6M(20M) 1.500ms
                """);
        GcLogs logs = new GcLogs(directory);

        assertThat(logs.next(), is(new GcLogs.Pauses(2, 4.75, 3.25)));
        assertThat(logs.next(), is(new GcLogs.Pauses(0, 0, 0)));
        Files.writeString(
                log,
                "[4.000s][info][gc] GC(3) Pause Full (G1 Compaction Pause) 9M->4M(20M) 30.000ms\n",
                StandardOpenOption.APPEND);
        assertThat(logs.next(), is(new GcLogs.Pauses(1, 30, 30)));
    }

    @Test
    void readsTheShorterLogOfAProcessThatStartedAgain() throws Exception {
        Path log = directory.resolve("gateway-1.gc.log");
        Files.writeString(log, "[0.010s][info][gc] Using G1, and more than that\n");
        GcLogs logs = new GcLogs(directory);
        logs.next();
        Files.writeString(log, "[1s] GC(0) Pause Young 1M->1M(2M) 2.000ms\n");

        assertThat(logs.next(), is(new GcLogs.Pauses(1, 2, 2)));
    }
}
