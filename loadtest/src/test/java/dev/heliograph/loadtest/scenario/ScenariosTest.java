package dev.heliograph.loadtest.scenario;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.heliograph.loadtest.measure.Figure;
import dev.heliograph.loadtest.measure.Profile;
import dev.heliograph.loadtest.report.Phase;
import dev.heliograph.loadtest.report.Result;
import dev.heliograph.loadtest.report.TextReport;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * Every scenario in small, with real processes: nothing may be lost, come twice or be missing, and
 * nothing may leak. Times are not judged: the machine may be busy.
 */
class ScenariosTest {

    @Test
    void idleDevicesStayAndCostLittle() throws Exception {
        Result result = run(new Idle(), "--devices", "40", "--seconds", "2");

        assertThat(figure(result, "idle", Figure.UP), is(40.0));
        assertThat(names(result), is(List.of("connect", "idle", Result.TOTAL)));
    }

    @Test
    void unicastDeliversEachOnceAndTellsWhatItCosts() throws Exception {
        Result result =
                run(
                        new Unicast(),
                        "--devices",
                        "40",
                        "--rate",
                        "200",
                        "--seconds",
                        "3",
                        "--profile");

        assertThat(figure(result, "unicast", Figure.DELIVERED), is(600.0));
        assertThat(figure(result, "unicast", Figure.GATEWAY_CPU), is(greaterThan(0.0)));
        assertThat(figure(result, "unicast", Figure.INGEST_CPU), is(greaterThan(0.0)));
        assertThat(figure(result, "unicast", Figure.REDIS_CPU), is(greaterThan(0.0)));
        assertThat(figure(result, "unicast", Figure.REDIS_COMMANDS), is(greaterThan(0.0)));
        assertThat(figure(result, "connect", Figure.RSS), is(greaterThan(0.0)));
        assertThat(
                result.profiles().stream().map(Profile::process).distinct().toList(),
                containsInAnyOrder("gateway", "ingest"));
        assertThat(result.costs(), is(not(empty())));
        assertThat(result.timeline(), is(not(empty())));
    }

    @Test
    void broadcastReachesEveryDevice() throws Exception {
        Result result =
                run(new Broadcast(), "--devices", "60", "--gateways", "2", "--broadcasts", "3");

        assertThat(figure(result, "broadcast", Figure.DELIVERED), is(180.0));
        assertThat(figure(result, "broadcast", Figure.LAST_DEVICE_MAX), is(greaterThan(0.0)));
    }

    @Test
    void mixedDeliversToUsersAndTopics() throws Exception {
        Result result = run(new Mixed(), "--devices", "50", "--rate", "100", "--seconds", "3");

        // One in ten goes to a topic, which has two devices.
        assertThat(figure(result, "mixed", Figure.SENT), is(300.0));
        assertThat(figure(result, "mixed", Figure.DELIVERED), is(greaterThan(300.0)));
    }

    @Test
    void afterAStormAllAreBackAndMissNothing() throws Exception {
        Result result = run(new Storm(), "--devices", "60", "--rate", "100", "--seconds", "1");

        assertThat(figure(result, "recovery", Figure.RECOVERY), is(greaterThan(0.0)));
        assertThat(figure(result, "storm", Figure.AWAY_P50), is(greaterThan(0.0)));
    }

    /** Their tokens are signed with ES256. */
    @Test
    void afterAKillTheDevicesOfAGatewayAreOnTheOtherAndMissNothing() throws Exception {
        Result result =
                run(
                        new Storm(),
                        "--kill",
                        "--gateways",
                        "2",
                        "--algorithm",
                        "ES256",
                        "--devices",
                        "61",
                        "--rate",
                        "100",
                        "--seconds",
                        "1");

        assertThat(figure(result, "recovery", Figure.RECOVERY), is(greaterThan(0.0)));
        assertThat(figure(result, "storm", Figure.UP), is(61.0));
    }

    @Test
    void slowDevicesGetEverythingInTheEnd() throws Exception {
        run(
                new Slow(),
                "--devices",
                "20",
                "--rate",
                "50",
                "--seconds",
                "3",
                "--slow-bytes",
                "0",
                "--payload-bytes",
                "4000");
    }

    @Test
    void bystandersOfAnAttackMissNothing() throws Exception {
        Result result =
                run(
                        new Attack(),
                        "--devices",
                        "40",
                        "--rate",
                        "50",
                        "--seconds",
                        "3",
                        "--attackers",
                        "5");

        assertThat(figure(result, "under attack", Figure.DELIVERED), is(150.0));
        assertThat(figure(result, "under attack", Figure.UP), is(40.0));
        assertThat(figure(result, Result.TOTAL, Figure.ENDED), is(0.0));
        assertThat(figure(result, "compared", Figure.P99_RATIO), is(greaterThan(0.0)));
    }

    @Test
    void gatewaysRestartWithoutALoss() throws Exception {
        Result result =
                run(
                        new Drain(),
                        "--devices",
                        "30",
                        "--gateways",
                        "2",
                        "--rate",
                        "50",
                        "--drain-seconds",
                        "1");

        // Devices move before they leave.
        assertThat(figure(result, "restart", Figure.LEAST_READY), is(greaterThan(0.0)));
        assertThat(figure(result, "drain", Figure.AWAY_P95), is(greaterThan(0.0)));
    }

    @Test
    void devicesThatComeAndGoMissNothing() throws Exception {
        run(new Churn(), "--devices", "60", "--rate", "100", "--seconds", "4", "--churn", "10");
    }

    @Test
    void nothingGrowsInASoak() throws Exception {
        Result result = run(new Soak(), "--devices", "40", "--rate", "200", "--seconds", "12");

        assertThat(names(result), hasItem("slopes"));
    }

    @Test
    void manyDevicesOnSeveralGatewaysAreUpAtOnce() throws Exception {
        Result result =
                run(
                        new Scale(),
                        "--devices",
                        "120",
                        "--gateways",
                        "3",
                        "--rate",
                        "100",
                        "--seconds",
                        "2",
                        "--idle-seconds",
                        "1",
                        "--broadcasts",
                        "2");

        assertThat(figure(result, "unicast", Figure.UP), is(120.0));
        assertThat(figure(result, "broadcast", Figure.DELIVERED), is(240.0));
    }

    @Test
    void ingestTakesSingleCallsAndBatches() throws Exception {
        Result result = run(new Ingest(), "--devices", "40", "--rate", "100", "--seconds", "1");

        assertThat(figure(result, "one a call", Figure.SENT), is(greaterThan(0.0)));
        assertThat(figure(result, "100 a call", Figure.SENT), is(greaterThan(0.0)));
    }

    @Test
    void latencyIsMeasuredStepByStep() throws Exception {
        Result result =
                run(
                        new Latency(),
                        "--devices",
                        "40",
                        "--rate",
                        "100",
                        "--most",
                        "150",
                        "--seconds",
                        "1");

        assertThat(names(result), hasItem("100/s"));
    }

    private static Result run(Scenario scenario, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(options));
        if (!arguments.contains("--warmup")) {
            arguments.addAll(List.of("--warmup", "1"));
        }
        new CommandLine(scenario).parseArgs(arguments.toArray(String[]::new));
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        Progress progress = new Progress(new PrintStream(log, true, StandardCharsets.UTF_8), false);
        Result result =
                new Campaign(List.of(scenario), scenario.contestants(), 1, progress)
                        .run()
                        .getFirst();
        assertThat(
                log.toString(StandardCharsets.UTF_8) + TextReport.of(result),
                result.problems(),
                is(empty()));
        return result;
    }

    private static double figure(Result result, String phase, Figure figure) {
        return result.phase(phase).orElseThrow().figure(figure);
    }

    private static List<String> names(Result result) {
        return result.phases().stream().map(Phase::name).toList();
    }
}
