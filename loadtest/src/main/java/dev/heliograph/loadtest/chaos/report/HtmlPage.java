package dev.heliograph.loadtest.chaos.report;

import dev.heliograph.loadtest.chaos.check.Finding;
import dev.heliograph.loadtest.chaos.check.FindingKind;
import dev.heliograph.loadtest.chaos.check.Verdict;
import dev.heliograph.loadtest.chaos.check.Verdict.Recovery;
import dev.heliograph.loadtest.chaos.report.RunReport.ReportedFault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The report as one page that needs nothing else. */
public final class HtmlPage {

    private HtmlPage() {}

    /** Fills the template. */
    public static String of(RunReport report) throws IOException {
        Verdict verdict = report.verdict();
        return template()
                .replace("{{state}}", report.isClean() ? "clean" : "found")
                .replace("{{verdict}}", headline(report))
                .replace("{{run}}", Plot.escaped(run(report)))
                .replace("{{tiles}}", tiles(verdict))
                .replace("{{timeline}}", TimelinePlot.of(report))
                .replace("{{recovery}}", RecoveryPlot.of(report))
                .replace("{{recovery-summary}}", recoverySummary(verdict))
                .replace("{{replica-summary}}", replicaSummary(verdict))
                .replace("{{faults}}", faultRows(report))
                .replace("{{findings}}", findings(report))
                .replace("{{ledger}}", ledger(verdict));
    }

    private static String headline(RunReport report) {
        if (report.isClean()) {
            return "Nothing lost, nothing twice, nothing out of order";
        }
        long found = report.verdict().counts().values().stream().mapToLong(Long::longValue).sum();
        return "%,d findings".formatted(found + report.troubles().size());
    }

    private static String run(RunReport report) {
        return String.format(
                Locale.ROOT,
                "%s, %.1f minutes, %d notifications per second, seed %d, finished %s",
                report.topology(),
                report.minutes(),
                report.perSecond(),
                report.seed(),
                report.finished().truncatedTo(ChronoUnit.SECONDS));
    }

    private static String tiles(Verdict verdict) {
        StringBuilder tiles = new StringBuilder();
        tile(tiles, "acknowledged", verdict.tally().acknowledged(), "");
        tile(tiles, "delivered", verdict.tally().delivered(), "");
        tile(tiles, "faults", verdict.tally().faults(), "");
        for (FindingKind kind : FindingKind.values()) {
            String name = kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
            long count = verdict.count(kind);
            tile(tiles, name, count, count == 0 ? "good" : "bad");
        }
        return tiles.toString();
    }

    private static void tile(StringBuilder tiles, String name, long value, String style) {
        tiles.append(
                "<div class=\"tile %s\"><b>%,d</b><span>%s</span></div>%n"
                        .formatted(style, value, name));
    }

    private static String recoverySummary(Verdict verdict) {
        var all = verdict.recovery();
        return all.count() == 0
                ? "No device was without service for more than a moment."
                : "%,d times a channel of a device was without service: half of them for less than %s, 90 %% for less than %s, 99 %% for less than %s, the longest for %s."
                        .formatted(
                                all.count(),
                                RecoveryPlot.seconds(all.p50Ms()),
                                RecoveryPlot.seconds(all.p90Ms()),
                                RecoveryPlot.seconds(all.p99Ms()),
                                RecoveryPlot.seconds(all.maxMs()));
    }

    private static String replicaSummary(Verdict verdict) {
        return verdict.tally().replicaFaults() == 0
                ? "No fault took a replica together with its primary."
                : Summary.withReplicas(verdict.tally()) + '.';
    }

    private static String faultRows(RunReport report) {
        return report.faults().stream()
                .sorted(Comparator.comparingDouble(ReportedFault::beginS))
                .map(fault -> row(fault, recovery(report, fault)))
                .collect(Collectors.joining("\n"));
    }

    /** The checker numbers faults as they began, but knows nothing of groups. */
    private static Optional<Recovery> recovery(RunReport report, ReportedFault fault) {
        List<Recovery> same =
                report.verdict().recoveries().stream()
                        .filter(it -> it.kind().equals(fault.kind()))
                        .filter(it -> it.target().equals(fault.target()))
                        .sorted(Comparator.comparingLong(Recovery::beginMs))
                        .toList();
        long earlier =
                report.faults().stream()
                        .filter(it -> it.kind().equals(fault.kind()))
                        .filter(it -> it.target().equals(fault.target()))
                        .filter(it -> it.beginS() < fault.beginS())
                        .count();
        return earlier < same.size() ? Optional.of(same.get((int) earlier)) : Optional.empty();
    }

    private static String row(ReportedFault fault, Optional<Recovery> recovery) {
        return String.format(
                Locale.ROOT,
                "<tr><td>%d:%04.1f</td><td>%d</td><td>%s</td><td>%s</td><td>%.1f s</td><td>%s</td>"
                        + "<td>%s</td><td>%s</td><td>%s</td></tr>",
                (int) fault.beginS() / 60,
                fault.beginS() % 60,
                fault.group(),
                Plot.escaped(fault.kind()),
                Plot.escaped(fault.target()),
                fault.endS() - fault.beginS(),
                fault.loses(),
                recovery.map(it -> Integer.toString(it.affected())).orElse(""),
                recovery.filter(it -> it.affected() > 0)
                        .map(it -> RecoveryPlot.seconds(it.p50Ms()))
                        .orElse(""),
                recovery.filter(it -> it.affected() > 0)
                        .map(it -> RecoveryPlot.seconds(it.maxMs()))
                        .orElse(""));
    }

    private static String findings(RunReport report) {
        StringBuilder html = new StringBuilder();
        for (String trouble : report.troubles()) {
            html.append("<li>").append(Plot.escaped(trouble)).append("</li>");
        }
        for (Finding finding : report.verdict().findings()) {
            html.append(
                    "<li><b>%s</b> %s %s: %s<pre>%s</pre></li>"
                            .formatted(
                                    finding.kind(),
                                    Plot.escaped(finding.device()),
                                    Plot.escaped(finding.channel()),
                                    Plot.escaped(finding.text()),
                                    Plot.escaped(String.join("\n", finding.evidence()))));
        }
        for (String left : report.notRun()) {
            html.append("<li><b>NOT RUN</b> ").append(Plot.escaped(left)).append("</li>");
        }
        return html.isEmpty() ? "<p>None.</p>" : "<ul class=\"findings\">" + html + "</ul>";
    }

    private static String ledger(Verdict verdict) {
        return verdict.figures().entrySet().stream()
                .map(
                        it ->
                                "<div><dt>%s</dt><dd>%s</dd></div>"
                                        .formatted(
                                                it.getKey().replace('_', ' '),
                                                shown(it.getValue())))
                .collect(Collectors.joining("\n"));
    }

    private static String shown(Object value) {
        return switch (value) {
            case Double fraction -> String.format(Locale.ROOT, "%.5f", fraction);
            case Number number -> String.format(Locale.ROOT, "%,d", number.longValue());
            default -> Plot.escaped(value.toString());
        };
    }

    private static String template() throws IOException {
        try (var page = HtmlPage.class.getResourceAsStream("page.html")) {
            return new String(page.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
