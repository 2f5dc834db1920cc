package dev.heliograph.loadtest.report;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.heliograph.loadtest.measure.Figure;
import dev.heliograph.loadtest.measure.Profile;
import dev.heliograph.loadtest.peer.Peer.Ability;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Reports of runs that are made up. */
class ReportTest {

    private static final Surroundings HERE =
            new Surroundings("./heliograph loadtest unicast", "2 cores", "JDK 25", "today");

    @Test
    void ratiosAreThoseOfTheSameRound() {
        Comparison comparison =
                new Comparison(
                        List.of(
                                result("ours", 10),
                                result("other", 40),
                                result("ours", 20),
                                result("other", 30),
                                result("ours", 12),
                                result("other", 36)));

        Comparison.Row row = comparison.rows().getFirst();

        assertThat(row.figure(), is(Figure.P99));
        assertThat(row.cells().getFirst(), is(new Comparison.Cell(12, Optional.empty())));
        assertThat(
                row.cells().getLast(),
                is(new Comparison.Cell(36, Optional.of(new Comparison.Ratio(3, 1.5, 4)))));
    }

    @Test
    void aSystemThatCouldNotRunStandsInTheTableWithItsReason() {
        Result failed =
                new Result(
                        "unicast",
                        "other",
                        Set.of(),
                        List.of(),
                        List.of("No node in PATH"),
                        List.of(),
                        List.of(),
                        List.of());

        String table = MarkdownReport.of(List.of(result("ours", 10), failed));

        assertThat(table, containsString("| latency p99 | 10.00 ms | none |"));
        assertThat(table, containsString("* FAILED: other in unicast: No node in PATH"));
    }

    @Test
    void whatASystemDoesNotDoStandsBesideItsFigures() {
        Comparison comparison = new Comparison(List.of(result("ours", 10)));

        assertThat(
                comparison.lacks("ours"),
                containsInAnyOrder(
                        Ability.RESUME,
                        Ability.IDEMPOTENCE,
                        Ability.GAP_DETECTION,
                        Ability.DURABILITY,
                        Ability.AUTHENTICATION));
    }

    @Test
    void jsonNamesFiguresWithTheirUnits() {
        JsonObject run =
                JsonParser.parseString(JsonReport.line(List.of(result("ours", 10.25))))
                        .getAsJsonObject();

        assertThat(
                run.getAsJsonObject("phases")
                        .getAsJsonObject("unicast")
                        .get("p99_ms")
                        .getAsDouble(),
                is(10.25));
    }

    @Test
    void thePageNeedsNothingElseAndNothingInItsDataEndsItsScript() throws Exception {
        Result result =
                new Result(
                        "unicast",
                        "ours",
                        Set.of(),
                        List.of(phase(1)),
                        List.of("</script><b>"),
                        List.of(),
                        List.of(new Moment(1, "connect", 1, 1, 0, 0, 5, 0, 0, 0)),
                        List.of(new Profile("gateway", "CPU time", List.of("90 % x"), "<p>")));

        String page = HtmlReport.of(List.of(result), HERE);

        assertThat(
                page,
                allOf(
                        not(containsString("</script><b>")),
                        not(containsString("src=\"http")),
                        not(containsString("{{")),
                        containsString("srcdoc=\"&lt;p&gt;\""),
                        containsString("90 % x"),
                        containsString("Chart.js v")));
    }

    private static Result result(String peer, double p99) {
        return new Result(
                "unicast",
                peer,
                Set.of(Ability.ACKS),
                List.of(phase(p99)),
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }

    private static Phase phase(double p99) {
        return new Phase("unicast", Map.of(Figure.P99, p99), List.of(new Phase.Percentile(50, 1)));
    }
}
