package dev.heliograph.loadtest.measure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Talks to another Java process through {@code jcmd}. */
public final class JavaProcess {

    /** A full collection of a gigabyte on a busy machine takes seconds. */
    private static final int TIMEOUT_S = 60;

    private static final Pattern USED = Pattern.compile("used (\\d+)K");

    /** What follows the heap's own lines, of which some collectors have one a generation. */
    private static final String NO_HEAP = "Metaspace";

    private JavaProcess() {}

    /** Whether it is one, and not a program in another language. */
    public static boolean isJava(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .filter(command -> command.endsWith("/java"))
                .isPresent();
    }

    /**
     * Heap in use after a full collection, in bytes; none when it is not a Java process. One call
     * of {@code jcmd} does both: each takes a Java of its own.
     */
    public static OptionalLong liveHeapBytes(long pid) throws IOException, InterruptedException {
        if (!isJava(pid)) {
            return OptionalLong.empty();
        }
        Path commands = Files.createTempFile("heliograph-jcmd-", ".commands");
        try {
            Files.writeString(commands, "GC.run\nGC.heap_info\n");
            return heapBytes(jcmd(pid, "-f", commands.toString()));
        } finally {
            Files.deleteIfExists(commands);
        }
    }

    static OptionalLong heapBytes(String info) {
        Matcher used = USED.matcher(info.split(NO_HEAP, 2)[0]);
        return used.results()
                .map(of -> OptionalLong.of(Long.parseLong(of.group(1)) * 1_024))
                .reduce((a, b) -> OptionalLong.of(a.getAsLong() + b.getAsLong()))
                .orElse(OptionalLong.empty());
    }

    /** Runs a diagnostic command in it and gives its output. */
    public static String jcmd(long pid, String... command)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
        line.add(Long.toString(pid));
        line.addAll(List.of(command));
        Path output = Files.createTempFile("heliograph-jcmd-", ".txt");
        try {
            Process jcmd =
                    new ProcessBuilder(line)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            if (!jcmd.waitFor(TIMEOUT_S, TimeUnit.SECONDS)) {
                jcmd.destroyForcibly();
                throw new IOException("jcmd " + command[0] + " took more than " + TIMEOUT_S + " s");
            }
            return Files.readString(output, StandardCharsets.UTF_8);
        } finally {
            Files.deleteIfExists(output);
        }
    }
}
