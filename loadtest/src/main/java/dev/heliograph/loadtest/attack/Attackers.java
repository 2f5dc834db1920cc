package dev.heliograph.loadtest.attack;

import dev.heliograph.loadtest.WatchedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** An {@link AttackerMain} in a process of its own, on one core where the system has taskset. */
public final class Attackers implements AutoCloseable {

    private static final List<String> JVM_FLAGS =
            List.of("-XX:+UseSerialGC", "-Xmx128m", "-XX:TieredStopAtLevel=1");
    private static final int START_SECONDS = 60;

    private final WatchedProcess process;
    private final Report report;
    private final boolean pinned;

    /** What the process has said. */
    private static final class Report {
        private final java.util.concurrent.CountDownLatch first =
                new java.util.concurrent.CountDownLatch(1);
        private volatile String newest = "";

        void hear(String line) {
            newest = line;
            first.countDown();
        }
    }

    private Attackers(WatchedProcess process, Report report, boolean pinned) {
        this.process = process;
        this.report = report;
        this.pinned = pinned;
    }

    /**
     * Starts it, and waits until it has begun.
     *
     * @param target {@code host:port} of the gateway
     * @param jwks file with the key of tokens
     * @param each how many there are of each kind
     * @param core that they are kept on
     * @param log file that its output is appended to
     */
    public static Attackers start(String target, Path jwks, int each, OptionalInt core, Path log)
            throws IOException, InterruptedException {
        int colon = target.lastIndexOf(':');
        List<String> command = new ArrayList<>();
        boolean pinned = core.isPresent() && hasTaskset();
        if (pinned) {
            command.addAll(List.of("taskset", "-c", Integer.toString(core.getAsInt())));
        }
        command.addAll(
                WatchedProcess.java(
                        JVM_FLAGS,
                        AttackerMain.class.getName(),
                        target.substring(0, colon),
                        target.substring(colon + 1),
                        jwks.toString(),
                        Integer.toString(each)));
        Report report = new Report();
        WatchedProcess process =
                WatchedProcess.start(command, Map.of(), Optional.of(log), report::hear);
        if (!report.first.await(START_SECONDS, TimeUnit.SECONDS) || !process.isAlive()) {
            process.close();
            throw new IOException("The attackers did not start:\n" + process.tail());
        }
        return new Attackers(process, report, pinned);
    }

    private static boolean hasTaskset() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .anyMatch(each -> Files.isExecutable(Path.of(each, "taskset")));
    }

    /** Rounds of each kind so far. */
    public String done() {
        return report.newest;
    }

    /** Whether they are kept on one core. */
    public boolean arePinned() {
        return pinned;
    }

    /** Whether they still attack. */
    public boolean areAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.close();
    }
}
