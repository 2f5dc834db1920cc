package dev.heliograph.loadtest.chaos.report;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.heliograph.loadtest.chaos.check.Finding;
import dev.heliograph.loadtest.chaos.check.FindingKind;
import dev.heliograph.loadtest.chaos.check.Verdict;
import dev.heliograph.loadtest.chaos.report.RunReport.ReportedFault;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RunReportTest {

    private static final List<String> PROMISED =
            List.of(
                    "acknowledged",
                    "delivered",
                    "faults",
                    "lost",
                    "duplicates",
                    "disorder",
                    "holes",
                    "false_resets",
                    "phantoms",
                    "leaks");

    @Test
    void theLastLineIsOneObjectWithEveryFigureThatIsPromised() {
        String line = report(Map.of(), List.of()).jsonLine();
        assertThat(line.lines().count(), is(1L));
        JsonObject figures = JsonParser.parseString(line).getAsJsonObject();
        for (String figure : PROMISED) {
            assertThat(figure, figures.has(figure), is(true));
        }
        assertThat(figures.get("acknowledged").getAsLong(), is(900L));
        assertThat(figures.get("topology").getAsString(), is("sentinel"));
    }

    @Test
    void aFindingMakesTheRunFail() {
        RunReport report = report(Map.of(FindingKind.LOST, 2L), List.of());
        assertThat(report.isClean(), is(false));
        assertThat(
                Summary.of(report), containsString("chaos sentinel failed: 2 lost, 0 duplicate"));
    }

    @Test
    void whatWasLostWithAReplicaIsToldApart() {
        RunReport report = report(Map.of(), List.of());
        String told = "2 faults took a replica with its primary: 4 of what had been REPLICATED";
        assertThat(Summary.of(report), containsString(told));
        assertThat(report.jsonLine(), containsString("\"replicated_lost\":4"));
        assertThat(report.isClean(), is(true));
    }

    @Test
    void whatCannotBeHealedMakesTheRunFailThoughNothingWasLost() {
        assertThat(report(Map.of(), List.of("redis-1 is away")).isClean(), is(false));
    }

    @Test
    void thePageNeedsNothingElseAndEscapesWhatComesFromTheRun() throws Exception {
        String page = HtmlPage.of(report(Map.of(FindingKind.LOST, 1L), List.of()));
        assertThat(page, not(containsString("{{")));
        assertThat(page, not(containsString("src=")));
        assertThat(page, not(containsString("href=")));
        assertThat(page, containsString("&lt;script&gt;"));
        assertThat(page, not(containsString("<script>")));
        assertThat(page, containsString("gateway-kill on gateway-1 at 0:01 for 1.5 s"));
        assertThat(page.strip(), endsWith("</html>"));
    }

    private static RunReport report(Map<FindingKind, Long> counts, List<String> troubles) {
        Verdict verdict =
                new Verdict(
                        counts,
                        List.of(
                                new Finding(
                                        FindingKind.LOST,
                                        "user-1/phone",
                                        "user/user-1",
                                        "<script>",
                                        List.of("line"))),
                        new Verdict.Tally(
                                1, 0, 1_000, 900, 3, 2_000, 1, 2, 2, 900, 900, 0, 0, 0, 5, 2, 4, 0,
                                0, 0, 0, 0),
                        List.of(
                                new Verdict.Recovery(
                                        1,
                                        "gateway-kill",
                                        "gateway-1",
                                        1_000,
                                        2_500,
                                        3,
                                        0,
                                        400,
                                        900)),
                        new Verdict.Distribution(3, 400, 800, 900, 900));
        return new RunReport(
                "sentinel",
                0.5,
                7,
                120,
                Instant.EPOCH,
                List.of(
                        new ReportedFault(
                                "gateway-kill", "gateway-1", "gateway", "nothing", 1, 1.0, 2.5)),
                Set.of(),
                troubles,
                List.of(),
                verdict,
                List.of(
                        new Timeline.Point(100, 300, 2, 9, 12),
                        new Timeline.Point(0, 0, 0, 0, 0),
                        new Timeline.Point(120, 310, 2, 900, 1_200)));
    }
}
