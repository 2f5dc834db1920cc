package dev.heliograph.loadtest.report;

import dev.heliograph.loadtest.measure.Figure;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A run, for a terminal. */
public final class TextReport {

    private TextReport() {}

    /** Ends with a line that says whether it passed. */
    public static String of(Result result) {
        StringBuilder text = new StringBuilder();
        for (Phase phase : result.phases()) {
            text.append(phase.name()).append('\n');
            Map<Figure, Double> sorted = new EnumMap<>(Figure.class);
            sorted.putAll(phase.figures());
            sorted.forEach(
                    (figure, value) ->
                            text.append(
                                    "  %-42s %s%n".formatted(figure.label(), figure.shown(value))));
        }
        section(text, "Largest costs", result.costs());
        section(text, "Remarks", result.remarks());
        section(text, "Problems", result.problems());
        return text.append(verdict(result)).append('\n').toString();
    }

    private static void section(StringBuilder text, String title, List<String> lines) {
        if (!lines.isEmpty()) {
            text.append(title).append('\n');
            lines.forEach(line -> text.append("  ").append(line).append('\n'));
        }
    }

    private static String verdict(Result result) {
        return "%s with %s %s: %,.0f delivered, %,.0f lost, %,.0f duplicates, %,.0f holes"
                .formatted(
                        result.scenario(),
                        result.peer(),
                        result.passed() ? "passed" : "FAILED",
                        result.total().figure(Figure.DELIVERED),
                        result.total().figure(Figure.LOST),
                        result.total().figure(Figure.DUPLICATES),
                        result.total().figure(Figure.HOLES));
    }
}
