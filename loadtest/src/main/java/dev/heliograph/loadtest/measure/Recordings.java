package dev.heliograph.loadtest.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import one.convert.Arguments;
import one.convert.JfrToFlame;

/**
 * Recordings by JDK Flight Recorder of one Java process of each part of a system: CPU time,
 * allocation, and pinned threads.
 */
public final class Recordings {

    private static final String NAME = "loadtest";

    private final Map<String, Long> processes;
    private final Path directory;

    private Recordings(Map<String, Long> processes, Path directory) {
        this.processes = processes;
        this.directory = directory;
    }

    /**
     * Begins to record.
     *
     * @param parts process ids by part
     * @param directory for the recordings; the caller's to remove
     */
    public static Recordings begin(Map<String, List<Long>> parts, Path directory)
            throws IOException, InterruptedException {
        Map<String, Long> processes = new LinkedHashMap<>();
        for (Map.Entry<String, List<Long>> part : parts.entrySet()) {
            for (long pid : part.getValue()) {
                if (JavaProcess.isJava(pid) && processes.putIfAbsent(part.getKey(), pid) == null) {
                    JavaProcess.jcmd(
                            pid,
                            "JFR.start",
                            "name=" + NAME,
                            "settings=profile",
                            // By CPU time, also where threads are in the kernel.
                            "jdk.CPUTimeSample#enabled=true");
                }
            }
        }
        return new Recordings(processes, directory);
    }

    /** Ends it, and tells what the recordings show. */
    public List<Profile> end() throws IOException, InterruptedException {
        List<Profile> profiles = new ArrayList<>();
        for (Map.Entry<String, Long> process : processes.entrySet()) {
            if (ProcessHandle.of(process.getValue()).isEmpty()) {
                // It was restarted, and its recording is gone.
                continue;
            }
            Path file = directory.resolve(process.getKey() + ".jfr");
            String said =
                    JavaProcess.jcmd(
                            process.getValue(), "JFR.stop", "name=" + NAME, "filename=" + file);
            if (!Files.exists(file)) {
                throw new IOException("There is no recording of " + process.getKey() + ": " + said);
            }
            RecordedCosts costs = RecordedCosts.read(file);
            String cpu = costs.hasCpuTime() ? "--cpu-time" : "--cpu";
            profiles.add(
                    new Profile(process.getKey(), "CPU time", costs.cpu(), flameGraph(file, cpu)));
            profiles.add(
                    new Profile(
                            process.getKey(),
                            "allocation",
                            costs.allocation(),
                            flameGraph(file, "--alloc", "--total")));
        }
        return profiles;
    }

    private static String flameGraph(Path recording, String... kind) throws IOException {
        Path page = Files.createTempFile(recording.getParent(), "flames-", ".html");
        JfrToFlame.convert(recording.toString(), page.toString(), new Arguments(kind));
        String html = Files.readString(page);
        Files.delete(page);
        return html;
    }
}
