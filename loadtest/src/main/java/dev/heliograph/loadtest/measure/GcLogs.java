package dev.heliograph.loadtest.measure;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The pauses that Java processes wrote into {@code *.gc.log} of a directory. */
public final class GcLogs {

    private static final Pattern PAUSE =
            Pattern.compile("Pause (?!Full \\((?:System.gc|Diagnostic)).* ([\\d.]+)ms");

    private final Path directory;
    private final Map<Path, Long> read = new HashMap<>();

    /**
     * Pauses of a time, over all processes. Collections that the rig asked for do not count.
     *
     * @param totalMs all of them together
     */
    public record Pauses(int count, double totalMs, double maxMs) {}

    /** For the logs of a directory, also those that come later. */
    public GcLogs(Path directory) {
        this.directory = directory;
    }

    /** What has come since it was called last. */
    public Pauses next() throws IOException {
        int count = 0;
        double totalMs = 0;
        double maxMs = 0;
        for (Path log : logs()) {
            Matcher pause = PAUSE.matcher(rest(log));
            while (pause.find()) {
                double ms = Double.parseDouble(pause.group(1));
                count++;
                totalMs += ms;
                maxMs = Math.max(maxMs, ms);
            }
        }
        return new Pauses(count, totalMs, maxMs);
    }

    private List<Path> logs() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".gc.log")).toList();
        }
    }

    /** A process that started again has a new, shorter log. */
    private String rest(Path log) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long from = read.getOrDefault(log, 0L);
            long length = file.length();
            file.seek(from > length ? 0 : from);
            byte[] bytes = new byte[(int) (length - file.getFilePointer())];
            file.readFully(bytes);
            read.put(log, length);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
