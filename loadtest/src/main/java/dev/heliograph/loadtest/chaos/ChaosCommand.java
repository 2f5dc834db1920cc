package dev.heliograph.loadtest.chaos;

import dev.heliograph.loadtest.TimeLimit;
import dev.heliograph.loadtest.chaos.check.Checker;
import dev.heliograph.loadtest.chaos.report.HtmlPage;
import dev.heliograph.loadtest.chaos.report.RunReport;
import dev.heliograph.loadtest.chaos.report.Summary;
import dev.heliograph.loadtest.chaos.report.Timeline;
import dev.heliograph.loadtest.chaos.topology.TopologyKind;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code chaos}. */
@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Attacks a whole installation on this machine and judges what its users saw.",
            "Exits with 1 when a notification was lost, or with any other finding."
        })
public final class ChaosCommand implements Callable<Integer> {

    private static final int FOUND = 1;

    private static final double LEAST_MINUTES = 0.5;
    private static final double MOST_MINUTES = 24 * 60;
    private static final int SECONDS_PER_MINUTE = 60;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int MOST_PER_SECOND = 10_000;

    /**
     * Beyond the longest load: to start everything, to heal the last group, to catch up, to end and
     * to judge.
     */
    private static final Duration GRACE = Duration.ofMinutes(8);

    @Spec private CommandSpec spec;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            defaultValue = "10",
            description =
                    "How long to attack; a slow machine takes up to a third longer for all faults."
                            + " Default: ${DEFAULT-VALUE}")
    private double minutes;

    @Option(
            names = "--topology",
            paramLabel = "T",
            defaultValue = "single",
            description =
                    "How Redis is laid out: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    private TopologyKind topology;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Repeats a schedule of faults. Default: another one each time")
    private Long seed;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "80",
            description = "Notifications per second. Default: ${DEFAULT-VALUE}")
    private int rate;

    @Option(
            names = "--report",
            paramLabel = "DIR",
            defaultValue = ".",
            description =
                    "Where chaos-report.html and chaos-report.json go. Default: this directory")
    private Path report;

    @Option(
            names = "--keep-history",
            description =
                    "Keep the history and the logs beside the report though nothing was found.")
    private boolean keepHistory;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        check();
        long chosen = seed == null ? ThreadLocalRandom.current().nextLong(1, 1_000_000) : seed;
        Duration length = Duration.ofMillis((long) (minutes * SECONDS_PER_MINUTE * 1_000));
        ChaosRun.Plan plan = new ChaosRun.Plan(topology, length, chosen, rate);
        PrintStream out = System.out;
        out.printf(
                "Chaos on %s for %.1f minutes, %d notifications per second, --seed %d%n",
                topology, minutes, rate, chosen);
        Files.createDirectories(report);
        Path directory = Files.createTempDirectory("heliograph-chaos-");
        Thread onInterrupt = new Thread(() -> remove(directory));
        Runtime.getRuntime().addShutdownHook(onInterrupt);
        try (TimeLimit _ = TimeLimit.of("chaos", ChaosRun.longest(length).plus(GRACE))) {
            Path history = directory.resolve("history");
            ChaosRun.Outcome outcome = new ChaosRun(plan, directory, history, out).run();
            out.println("Judging the history");
            RunReport result = result(plan, outcome, history);
            write(result, directory);
            return result.isClean() ? 0 : FOUND;
        } finally {
            remove(directory);
        }
    }

    private RunReport result(ChaosRun.Plan plan, ChaosRun.Outcome outcome, Path history)
            throws IOException {
        return new RunReport(
                topology.toString(),
                minutes,
                plan.seed(),
                rate,
                Instant.now(),
                outcome.faults().stream()
                        .map(
                                fault ->
                                        new RunReport.ReportedFault(
                                                fault.kind(),
                                                fault.target(),
                                                fault.part().toString(),
                                                fault.loses().toString().toLowerCase(Locale.ROOT),
                                                fault.group(),
                                                (fault.began() - outcome.began())
                                                        / NANOS_PER_SECOND,
                                                (fault.ended() - outcome.began())
                                                        / NANOS_PER_SECOND))
                        .toList(),
                outcome.missing(),
                outcome.troubles(),
                outcome.notRun(),
                Checker.check(history),
                Timeline.read(history, outcome.began(), outcome.ended()));
    }

    /** Writes the report and says what it says. The evidence of findings stays beside it. */
    private void write(RunReport result, Path directory) throws IOException {
        Files.writeString(report.resolve("chaos-report.html"), HtmlPage.of(result));
        Files.writeString(report.resolve("chaos-report.json"), result.json());
        if (keepHistory || !result.isClean()) {
            Path evidence = report.resolve("chaos-evidence-" + result.seed());
            copy(directory, evidence);
            System.out.println("History and logs: " + evidence);
        }
        System.out.print(Summary.of(result));
        System.out.println("Report: " + report.resolve("chaos-report.html"));
        if (json) {
            System.out.println(result.jsonLine());
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        remove(to);
        try (Stream<Path> content = Files.walk(from)) {
            for (Path path : content.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    private void check() {
        if (!(minutes >= LEAST_MINUTES && minutes <= MOST_MINUTES)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--minutes has to be %s to %s, but is %s"
                            .formatted(LEAST_MINUTES, MOST_MINUTES, minutes));
        }
        if (rate < 1 || rate > MOST_PER_SECOND) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--rate has to be 1 to %d, but is %d".formatted(MOST_PER_SECOND, rate));
        }
    }

    private static void remove(Path directory) {
        try (Stream<Path> content = Files.walk(directory)) {
            List<Path> paths = content.sorted(Comparator.reverseOrder()).toList();
            for (Path path : paths) {
                Files.deleteIfExists(path);
            }
        } catch (IOException _) {
            // Already removed, by the run or by the hook.
        }
    }
}
