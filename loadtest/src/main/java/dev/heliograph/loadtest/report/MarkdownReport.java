package dev.heliograph.loadtest.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Runs as Markdown, which is also what terminals get of a comparison. */
public final class MarkdownReport {

    private MarkdownReport() {}

    /** A table of each scenario, a column for each system. */
    public static String of(List<Result> results) {
        Comparison comparison = new Comparison(results);
        StringBuilder text = new StringBuilder();
        String section = "";
        for (Comparison.Row row : comparison.rows()) {
            String name = row.scenario() + ", " + row.phase();
            if (!name.equals(section)) {
                section = name;
                text.append("\n### ").append(name).append("\n\n| |");
                comparison.peers().forEach(peer -> text.append(' ').append(peer).append(" |"));
                text.append("\n|---|").append("---|".repeat(comparison.peers().size()));
                text.append('\n');
            }
            text.append("| ").append(row.figure().label()).append(" |");
            row.cells().forEach(cell -> text.append(' ').append(shown(row, cell)).append(" |"));
            text.append('\n');
        }
        text.append('\n');
        for (String peer : comparison.peers()) {
            String lacks =
                    comparison.lacks(peer).stream()
                            .map(it -> it.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                            .collect(Collectors.joining(", "));
            if (!lacks.isEmpty()) {
                text.append("* ").append(peer).append(" does without ").append(lacks).append(".\n");
            }
        }
        comparison.failures().forEach(it -> text.append("* FAILED: ").append(it).append('\n'));
        return text.toString();
    }

    private static String shown(Comparison.Row row, Comparison.Cell cell) {
        if (Double.isNaN(cell.median())) {
            return "none";
        }
        String value = row.figure().shown(cell.median());
        return cell.ratio().map(ratio -> value + ", " + ratio).orElse(value);
    }
}
