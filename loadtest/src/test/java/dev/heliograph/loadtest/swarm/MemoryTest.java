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
 * acknowledged, less that with a few, by the difference in devices.
 */
class MemoryTest {

    private static final int FEW = 220;
    private static final int MANY = 1_220;
    private static final long MAX_BYTES_PER_DEVICE = 4_096;
    private static final RampPlan RAMP = new RampPlan(100, 500, Stage.PATIENCE);
    private static final Pattern TOTAL = Pattern.compile("\nTotal +\\d+ +(\\d+)");

    @TempDir private Path directory;

    @Test
    void aDeviceTakesNoMoreThanFourKibibytesOfHeap() throws Exception {
        try (Stage stage = new Stage(directory)) {
            SwarmPlan plan = stage.plan(MANY).withTopics(TopicPlan.BROADCAST);
            Sent sent = new Sent(plan);
            try (Swarm swarm = Swarm.start(plan)) {
                swarm.connect(FEW, RAMP);
                stage.toUsers(sent, FEW, 1);
                Stage.awaitReceived(swarm, FEW);
                long few = liveBytes(swarm.pids().getFirst());
                swarm.connect(MANY - FEW, RAMP);
                stage.toUsers(sent, MANY, 1);
                stage.send(sent.toTopic(0, System.nanoTime())).join();
                Stage.awaitReceived(swarm, FEW + 2 * MANY);
                long many = liveBytes(swarm.pids().getFirst());
                assertThat(swarm.settle(sent, Stage.PATIENCE), is(new Settlement(0, List.of())));
                long each = (many - few) / (MANY - FEW);
                System.getLogger(MemoryTest.class.getName())
                        .log(System.Logger.Level.INFO, "{0} bytes of heap per device", each);
                assertThat(each, is(greaterThan(1_000L)));
                assertThat(each, is(lessThan(MAX_BYTES_PER_DEVICE)));
            }
        }
    }

    /** What a full collection finds alive; what has come since is not counted. */
    private static long liveBytes(long pid) throws IOException {
        String histogram = jcmd(pid, "GC.class_histogram");
        Matcher total = TOTAL.matcher(histogram);
        assertThat(histogram, total.find(), is(true));
        return Long.parseLong(total.group(1));
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
