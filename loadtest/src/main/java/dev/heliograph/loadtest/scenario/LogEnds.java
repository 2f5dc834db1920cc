package dev.heliograph.loadtest.scenario;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the processes of a run said last, for a run that failed: its directory is removed. */
final class LogEnds {

    private static final int LINES = 5;

    private LogEnds() {}

    /** The last lines of each log, each on a line of its own; empty when there are none. */
    static String of(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .filter(file -> !file.toString().endsWith(".gc.log"))
                    .sorted()
                    .flatMap(LogEnds::lines)
                    .map(line -> System.lineSeparator() + line)
                    .collect(Collectors.joining());
        } catch (IOException | UncheckedIOException e) {
            return System.lineSeparator() + "Its logs cannot be read: " + e.getMessage();
        }
    }

    private static Stream<String> lines(Path log) {
        try {
            // A program may have ended in the middle of a character.
            List<String> all =
                    new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
            return all.subList(Math.max(0, all.size() - LINES), all.size()).stream()
                    .map(line -> log.getFileName() + ": " + line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
