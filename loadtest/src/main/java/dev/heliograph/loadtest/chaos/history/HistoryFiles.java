package dev.heliograph.loadtest.chaos.history;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files of a history. */
public final class HistoryFiles {

    private HistoryFiles() {}

    /** All files of a history, in the order of their names. */
    public static List<Path> in(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(HistoryWriter.SUFFIX))
                    .sorted()
                    .toList();
        }
    }
}
