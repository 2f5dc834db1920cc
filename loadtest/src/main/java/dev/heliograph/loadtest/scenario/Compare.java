package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.report.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** Scenarios with several systems, round by round. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs scenarios with several systems, one after the other in each round, and prints a table"
                    + " with the median of each figure and its ratio to the first system.",
            "Options that are not given are those of each scenario. A system that cannot be started is"
                    + " named with the reason, and the others go on.",
            "Exits with 1 when the first system failed, or when one could not run."
        })
final class Compare extends RigCommand {

    private static final String SCENARIOS = "--scenarios";

    /** Those that any system can run. */
    private static final Map<String, Supplier<Scenario>> KNOWN =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry("idle", Idle::new),
                            Map.entry("unicast", Unicast::new),
                            Map.entry("broadcast", Broadcast::new),
                            Map.entry("mixed", Mixed::new),
                            Map.entry("storm", Storm::new),
                            Map.entry("slow", Slow::new),
                            Map.entry("drain", Drain::new),
                            Map.entry("churn", Churn::new),
                            Map.entry("scale", Scale::new),
                            Map.entry("ingest", Ingest::new),
                            Map.entry("latency", Latency::new)));

    @Option(
            names = SCENARIOS,
            split = ",",
            paramLabel = "NAME",
            description = "What they run. Default: ${DEFAULT-VALUE}")
    private List<String> scenarios = List.of("idle", "unicast", "broadcast", "storm");

    Compare() {
        peers = List.of("heliograph", "heliograph-no-acks", "floor", "node-ws", "socketio");
        rounds = 3;
    }

    @Override
    public Integer call() throws Exception {
        List<Scenario> all = new ArrayList<>();
        for (String name : scenarios) {
            Supplier<Scenario> known = KNOWN.get(name);
            if (known == null) {
                throw wrong(
                        "There is no scenario '%s' to compare; there are %s"
                                .formatted(name, KNOWN.keySet()));
            }
            Scenario scenario = known.get();
            new CommandLine(scenario).parseArgs(given());
            all.add(scenario);
        }
        return conclude(new Campaign(all, contestants(), rounds(), progress()).run());
    }

    /** Others lose what they do not promise to keep, which the table tells. */
    @Override
    boolean isGood(List<Result> results) {
        String first = contestants().getFirst().name();
        return results.stream()
                .allMatch(
                        result ->
                                result.peer().equals(first)
                                        ? result.passed()
                                        : result.phase(Result.TOTAL).isPresent());
    }

    /** The options that were given, but for its own. */
    private String[] given() {
        List<String> arguments = new ArrayList<>();
        for (OptionSpec option : spec().commandLine().getParseResult().matchedOptions()) {
            if (option.longestName().equals(SCENARIOS)) {
                continue;
            }
            arguments.add(option.longestName());
            if (option.arity().max() > 0) {
                arguments.add(String.join(",", option.stringValues()));
            }
        }
        return arguments.toArray(String[]::new);
    }
}
