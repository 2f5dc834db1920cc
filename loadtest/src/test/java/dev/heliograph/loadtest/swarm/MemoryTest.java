package dev.heliograph.loadtest.swarm;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a device costs: the live heap of a swarm's process with many devices that have received and
 * acknowledged, less that of one with a few, by the difference in devices.
 */
class MemoryTest {

    private static final int FEW = 220;
    private static final int MANY = 1_220;
    private static final long MAX_BYTES_PER_DEVICE = 4_096;
    private static final Pattern USED = Pattern.compile("total \\d+K, used (\\d+)K");

    @TempDir private Path directory;

    @Test
    void aDeviceTakesNoMoreThanFourKibibytesOfHeap() throws Exception {
        try (Stage stage = new Stage(directory)) {
            long few = liveHeapWith(FEW, stage);
            long each = (liveHeapWith(MANY, stage) - few) / (MANY - FEW);
            System.getLogger(MemoryTest.class.getName())
                    .log(System.Logger.Level.INFO, "{0} bytes of heap per device", each);
            assertThat(each, is(greaterThan(1_000L)));
            assertThat(each, is(lessThan(MAX_BYTES_PER_DEVICE)));
        }
    }

    private static long liveHeapWith(int devices, Stage stage) throws Exception {
        SwarmPlan plan = stage.plan(devices).withTopics(TopicPlan.BROADCAST);
        Sent sent = new Sent(plan);
        try (Swarm swarm = Swarm.start(plan)) {
            swarm.connect(devices, new RampPlan(100, 500, Stage.PATIENCE));
            stage.toUsers(sent, devices, 1);
            stage.send(sent.toTopic(0, System.nanoTime())).join();
            assertThat(swarm.settle(sent, Stage.PATIENCE), is(new Settlement(0, List.of())));
            return liveHeap(swarm.pids().getFirst());
        }
    }

    /** In use after full collections: the second takes what the first made free. */
    private static long liveHeap(long pid) throws IOException {
        jcmd(pid, "GC.run");
        jcmd(pid, "GC.run");
        String heap = jcmd(pid, "GC.heap_info");
        // Of the two generations; metaspace is not heap.
        Matcher used = USED.matcher(heap.substring(0, (heap + "Metaspace").indexOf("Metaspace")));
        long kibibytes = 0;
        while (used.find()) {
            kibibytes += Long.parseLong(used.group(1));
        }
        return kibibytes << 10;
    }

    private static String jcmd(long pid, String command) throws IOException {
        Process jcmd =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                                Long.toString(pid),
                                command)
                        .redirectErrorStream(true)
                        .start();
        return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
