package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.report.HtmlReport;
import dev.heliograph.loadtest.report.JsonReport;
import dev.heliograph.loadtest.report.MarkdownReport;
import dev.heliograph.loadtest.report.Result;
import dev.heliograph.loadtest.report.Surroundings;
import dev.heliograph.loadtest.report.TextReport;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** Says what runs found. */
final class Conclusion {

    private Conclusion() {}

    /** One run in full; several side by side. */
    static void print(List<Result> results, PrintStream out) {
        out.println();
        if (results.size() == 1) {
            out.print(TextReport.of(results.getFirst()));
            return;
        }
        out.print(MarkdownReport.of(results));
        results.stream()
                .flatMap(result -> result.remarks().stream().map(it -> result.peer() + ": " + it))
                .distinct()
                .forEach(out::println);
    }

    /**
     * Writes the report.
     *
     * @param command that was given
     * @return its page
     */
    static Path write(List<Result> results, String name, String command, Path directory)
            throws IOException {
        Files.createDirectories(directory);
        Surroundings surroundings = Surroundings.now(command);
        String base = "loadtest-" + name;
        replace(directory.resolve(base + ".json"), JsonReport.whole(results, surroundings));
        replace(directory.resolve(base + ".md"), MarkdownReport.of(results));
        Path page = directory.resolve(base + ".html");
        replace(page, HtmlReport.of(results, surroundings));
        return page;
    }

    /** A reader never sees half of it. */
    private static void replace(Path file, String text) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    static String json(List<Result> results) {
        return JsonReport.line(results);
    }
}
