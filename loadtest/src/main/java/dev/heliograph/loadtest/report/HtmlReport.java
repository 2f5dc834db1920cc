package dev.heliograph.loadtest.report;

import dev.heliograph.loadtest.measure.Profile;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.Collectors;

/** Runs as one page that needs nothing else: plots, figures, and what profiles showed. */
public final class HtmlReport {

    /** Chart.js, from its WebJar, whose paths have its version. */
    private static final String LIBRARY =
            "/META-INF/resources/webjars/chart.js/%s/dist/chart.umd.min.js";

    private static final String LIBRARY_PROPERTIES =
            "/META-INF/maven/org.webjars.npm/chart.js/pom.properties";

    private HtmlReport() {}

    /** Fills the template. */
    public static String of(List<Result> results, Surroundings surroundings) throws IOException {
        Comparison comparison = new Comparison(results);
        boolean passed = results.stream().allMatch(Result::passed);
        return resource("page.html")
                .replace("{{title}}", escaped(title(results)))
                .replace("{{state}}", passed ? "passed" : "failed")
                .replace("{{verdict}}", escaped(title(results) + (passed ? "" : ": FAILED")))
                .replace("{{surroundings}}", escaped(surroundings.text()))
                .replace("{{problems}}", problems(results))
                .replace("{{note}}", escaped(note(comparison)))
                .replace("{{figures}}", figures(comparison))
                .replace("{{profiles}}", profiles(results))
                .replace("{{library}}", library())
                .replace("{{script}}", resource("plots.js"))
                // Last, since it may hold anything; and it may not end the script.
                .replace("{{data}}", JsonReport.whole(results, surroundings).replace("</", "<\\/"));
    }

    private static String title(List<Result> results) {
        return results.stream().map(Result::scenario).distinct().collect(Collectors.joining(", "))
                + " with "
                + results.stream().map(Result::peer).distinct().collect(Collectors.joining(", "));
    }

    private static String problems(List<Result> results) {
        String items =
                results.stream()
                        .flatMap(
                                result ->
                                        result.problems().stream()
                                                .map(
                                                        it ->
                                                                "%s, %s: %s"
                                                                        .formatted(
                                                                                result.scenario(),
                                                                                result.peer(),
                                                                                it)))
                        .map(it -> "<li>" + escaped(it) + "</li>")
                        .collect(Collectors.joining());
        return items.isEmpty()
                ? ""
                : "<section><h2>What went wrong</h2><ul>" + items + "</ul></section>";
    }

    private static String note(Comparison comparison) {
        String lacks =
                comparison.peers().stream()
                        .filter(peer -> !comparison.lacks(peer).isEmpty())
                        .map(
                                peer ->
                                        peer
                                                + " does without "
                                                + comparison.lacks(peer).stream()
                                                        .map(HtmlReport::words)
                                                        .collect(Collectors.joining(", "))
                                                + ".")
                        .collect(Collectors.joining(" "));
        return comparison.peers().size() > 1
                ? "Medians of the rounds; ratios to the first system, with the least and the greatest of"
                        + " the rounds. "
                        + lacks
                : lacks;
    }

    private static String words(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String figures(Comparison comparison) {
        StringBuilder html = new StringBuilder();
        String section = "";
        for (Comparison.Row row : comparison.everything()) {
            String name = row.scenario() + ", " + row.phase();
            if (!name.equals(section)) {
                html.append(section.isEmpty() ? "" : "</table></div>");
                section = name;
                html.append(
                        "<h3>%s</h3><div class=\"scroll\"><table><tr><th></th>"
                                .formatted(escaped(name)));
                comparison
                        .peers()
                        .forEach(peer -> html.append("<th>%s</th>".formatted(escaped(peer))));
                html.append("</tr>\n");
            }
            html.append("<tr><td>%s</td>".formatted(escaped(row.figure().label())));
            for (Comparison.Cell cell : row.cells()) {
                html.append("<td>").append(shown(row, cell)).append("</td>");
            }
            html.append("</tr>\n");
        }
        return html.append(section.isEmpty() ? "" : "</table></div>").toString();
    }

    private static String shown(Comparison.Row row, Comparison.Cell cell) {
        if (Double.isNaN(cell.median())) {
            return "none";
        }
        String value = escaped(row.figure().shown(cell.median()));
        return cell.ratio()
                .map(it -> "%s <span class=\"ratio\">%s</span>".formatted(value, it))
                .orElse(value);
    }

    private static String profiles(List<Result> results) {
        StringBuilder html = new StringBuilder();
        for (Result result : results) {
            for (Profile profile : result.profiles()) {
                html.append(
                        "<section><h2>Profile of %s: %s</h2>"
                                .formatted(escaped(profile.process()), escaped(profile.kind())));
                html.append("<ul>");
                profile.costs()
                        .forEach(it -> html.append("<li>").append(escaped(it)).append("</li>"));
                html.append("</ul><iframe srcdoc=\"")
                        .append(escaped(profile.flameGraph()))
                        .append("\"></iframe></section>");
            }
        }
        return html.toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String library() throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(resource(LIBRARY_PROPERTIES)));
        return resource(LIBRARY.formatted(properties.getProperty("version")))
                .replaceAll("//# sourceMappingURL.*", "");
    }

    private static String resource(String name) throws IOException {
        try (var resource = HtmlReport.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IOException("No resource " + name);
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
