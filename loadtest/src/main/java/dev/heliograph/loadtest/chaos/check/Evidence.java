package dev.heliograph.loadtest.chaos.check;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Fetches the lines that findings point at, in one more pass over the files that have any. */
final class Evidence {

    /** A line with a long payload of text says enough in its beginning. */
    private static final int MAX_CHARS = 400;

    private final List<Path> files;

    Evidence(List<Path> files) {
        this.files = files;
    }

    List<Finding> resolve(List<Findings.Raw> raw) throws IOException {
        Map<Integer, NavigableSet<Long>> wanted = new TreeMap<>();
        for (Findings.Raw each : raw) {
            for (long at : each.at()) {
                wanted.computeIfAbsent(HistoryMerge.file(at), file -> new TreeSet<>())
                        .add(HistoryMerge.line(at));
            }
        }
        Map<Integer, Map<Long, String>> texts = new HashMap<>();
        for (var each : wanted.entrySet()) {
            texts.put(each.getKey(), read(files.get(each.getKey()), each.getValue()));
        }
        List<Finding> findings = new ArrayList<>();
        for (Findings.Raw each : raw) {
            List<String> lines = new ArrayList<>();
            for (long at : each.at()) {
                String text =
                        texts.get(HistoryMerge.file(at)).getOrDefault(HistoryMerge.line(at), "");
                lines.add(
                        files.get(HistoryMerge.file(at)).getFileName()
                                + ":"
                                + HistoryMerge.line(at)
                                + " "
                                + text);
            }
            findings.add(
                    new Finding(each.kind(), each.device(), each.channel(), each.text(), lines));
        }
        return findings;
    }

    private static Map<Long, String> read(Path file, NavigableSet<Long> lines) throws IOException {
        Map<Long, String> texts = new HashMap<>();
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            long number = 0;
            for (String line = reader.readLine();
                    line != null && number < lines.last();
                    line = reader.readLine()) {
                number++;
                if (lines.contains(number)) {
                    texts.put(number, line.substring(0, Math.min(MAX_CHARS, line.length())));
                }
            }
        }
        return texts;
    }
}
