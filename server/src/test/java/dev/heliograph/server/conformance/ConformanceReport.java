package dev.heliograph.server.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every case with its outcome by transport, as a page of Markdown. */
final class ConformanceReport {

    private final Map<String, List<String>> rows = new LinkedHashMap<>();
    private int cases;
    private int passed;

    /** Notes how a case went. */
    void add(String transport, Group group, Case which, boolean well) {
        cases++;
        passed += well ? 1 : 0;
        rows.computeIfAbsent(transport + ": " + group.title(), _ -> new ArrayList<>())
                .add(
                        "| %s | %s | %s | %s | %s |"
                                .formatted(
                                        which.number(),
                                        which.shows(),
                                        which.encoding().subprotocol(),
                                        which.expected(),
                                        well ? "passed" : "**FAILED**"));
    }

    /** Writes the page at once. */
    void write(Path file) throws IOException {
        StringBuilder page = new StringBuilder("# WebSocket conformance\n\n");
        page.append(passed).append(" of ").append(cases).append(" cases passed.\n");
        rows.forEach(
                (title, lines) ->
                        page.append("\n## ")
                                .append(title)
                                .append(
                                        "\n\n| case | shows | subprotocol | has to be | outcome |\n")
                                .append("|---|---|---|---|---|\n")
                                .append(String.join("\n", lines))
                                .append('\n'));
        Path next = Files.createTempFile(file.getParent(), "conformance", ".md");
        Files.writeString(next, page);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
