package dev.heliograph.loadtest.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where and when runs were made.
 *
 * @param command that was given
 * @param machine cores, memory, kernel
 * @param versions of Java
 * @param finished when the last run ended
 */
public record Surroundings(String command, String machine, String versions, String finished) {

    private static final Pattern MODEL = Pattern.compile("(?m)^model name\\s*:\\s*(.*)$");
    private static final Pattern MEMORY = Pattern.compile("MemTotal:\\s+(\\d+) kB");
    private static final double KB_PER_GB = 1_048_576;

    /** As one line. */
    public String text() {
        return "%s; %s; %s; finished %s".formatted(command, machine, versions, finished);
    }

    /** Of this machine, now. */
    public static Surroundings now(String command) {
        return new Surroundings(
                command,
                "%d cores %s, %.0f GiB, %s %s"
                        .formatted(
                                Runtime.getRuntime().availableProcessors(),
                                found(MODEL, "/proc/cpuinfo"),
                                memory(),
                                System.getProperty("os.name"),
                                System.getProperty("os.version")),
                "JDK " + Runtime.version(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    }

    private static double memory() {
        String kb = found(MEMORY, "/proc/meminfo");
        return kb.isEmpty() ? 0 : Long.parseLong(kb) / KB_PER_GB;
    }

    private static String found(Pattern pattern, String file) {
        try {
            Matcher matcher = pattern.matcher(Files.readString(Path.of(file)));
            return matcher.find() ? matcher.group(1) : "";
        } catch (IOException _) {
            // Another operating system.
            return "";
        }
    }
}
