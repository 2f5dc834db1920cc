package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.peer.HeliographPeer;
import dev.heliograph.loadtest.peer.TokenAlgorithm;
import dev.heliograph.loadtest.report.Result;
import dev.heliograph.loadtest.swarm.Payload;
import dev.heliograph.loadtest.swarm.RampPlan;
import dev.heliograph.loadtest.swarm.TopicPlan;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all commands of the rig have: how much, with which systems, and what becomes of it. */
abstract class RigCommand implements Callable<Integer> {

    private static final int FAILED = 1;

    /** The Notify API's limit. */
    private static final int MAX_PAYLOAD_BYTES = 65_536;

    private static final int MAX_DEVICES = 1_000_000;
    private static final int DAY_SECONDS = 86_400;

    /** A system that takes fewer a second than the ramp brings. */
    private static final Duration CONNECT_PATIENCE = Duration.ofMinutes(10);

    @Spec private CommandSpec spec;

    @Option(
            names = "--devices",
            paramLabel = "N",
            description = "Devices, each of a user of its own. Default: ${DEFAULT-VALUE}")
    protected int devices = 1_000;

    @Option(
            names = "--gateways",
            paramLabel = "N",
            description =
                    "Gateway processes that devices connect to. Default: one for 18,000 devices")
    protected int gateways;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Notifications per second. Default: ${DEFAULT-VALUE}")
    protected int rate = 2_000;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "How long to measure. Default: ${DEFAULT-VALUE}")
    protected int seconds = 20;

    @Option(
            names = "--warmup",
            paramLabel = "S",
            description =
                    "How long to warm up before, half of it with a rising rate. Default: ${DEFAULT-VALUE}")
    protected int warmup = 20;

    @Option(
            names = "--ramp",
            paramLabel = "FROM:TO",
            description =
                    "Devices that connect per second at most, rising. Default: ${DEFAULT-VALUE}")
    protected String ramp = "500:3000";

    @Option(
            names = "--payload-bytes",
            paramLabel = "N",
            description =
                    "Size of each payload, at least "
                            + Payload.HEADER_BYTES
                            + ". Default: ${DEFAULT-VALUE}")
    private int payloadBytes = 200;

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            description = "Most calls under way at a time. Default: ${DEFAULT-VALUE}")
    private int inFlight = 64;

    @Option(
            names = "--peers",
            split = ",",
            paramLabel = "NAME[=PATH]",
            description = "Systems that run it, in turn. Default: ${DEFAULT-VALUE}")
    protected List<String> peers = List.of(HeliographPeer.NAME);

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "How often each system runs it. Default: ${DEFAULT-VALUE}")
    protected int rounds = 1;

    @Option(names = "--no-acks", description = "Devices do not acknowledge.")
    private boolean noAcks;

    @Option(
            names = "--algorithm",
            paramLabel = "A",
            description =
                    "What the devices' tokens are signed with: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    private TokenAlgorithm algorithm = TokenAlgorithm.HS256;

    @Option(
            names = "--redis-uri",
            paramLabel = "URI",
            description =
                    "An empty Redis to use. Default: a redis-server of its own, without persistence")
    private URI redisUri;

    @ArgGroup(exclusive = false, heading = "An installation of Heliograph that runs already:%n")
    private Elsewhere elsewhere;

    private static final class Elsewhere {
        @Option(
                names = "--target",
                required = true,
                split = ",",
                paramLabel = "HOST:PORT",
                description = "Its gateways, without TLS.")
        private List<String> targets;

        @Option(
                names = "--jwks",
                required = true,
                paramLabel = "FILE",
                description =
                        "A key set with an HS256 key that it trusts, for tokens. An ES256 key pair before it signs those of devices.")
        private Path jwks;

        @ArgGroup(multiplicity = "1")
        private Backend backend;
    }

    private static final class Backend {
        @Option(
                names = "--notify",
                paramLabel = "HOST:PORT",
                description = "Its Notify API, without TLS.")
        private String address;

        @Option(
                names = "--swarm-only",
                description =
                        "Send nothing: devices connect, stay for --seconds and take what others send.")
        private boolean swarmOnly;
    }

    @Option(
            names = "--jvm",
            paramLabel = "FLAG",
            description =
                    "A further flag for the JVMs of gateways and notify node, such as"
                            + " -XX:+UseSerialGC. May be there several times.")
    private List<String> jvmFlags = List.of();

    @Option(
            names = "--profile",
            description = "Record the system's Java processes while they are measured.")
    private boolean profile;

    @Option(
            names = "--report",
            paramLabel = "DIR",
            description = "Write the report there: HTML, JSON and Markdown.")
    private Path report;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    /** Where runs say how far they are. */
    final Progress progress() {
        return new Progress(System.out, System.console() != null && System.console().isTerminal());
    }

    /** Prints and writes what was found, and gives the exit code. */
    final Integer conclude(List<Result> results) throws Exception {
        PrintStream out = System.out;
        Conclusion.print(results, out);
        if (report != null) {
            out.println("Report: " + Conclusion.write(results, spec.name(), commandLine(), report));
        }
        if (json) {
            out.println(Conclusion.json(results));
        }
        return isGood(results) ? 0 : FAILED;
    }

    /** Whether the command succeeds. */
    boolean isGood(List<Result> results) {
        return results.stream().allMatch(Result::passed);
    }

    private List<Contestant> contestants(List<String> names) {
        try {
            return names.stream().map(name -> Contestant.named(name, !noAcks)).toList();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    /** What was given, as for the launcher. */
    private String commandLine() {
        List<String> given = new ArrayList<>(List.of("./heliograph loadtest", name()));
        for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
            given.add(option.longestName());
            if (option.arity().max() > 0) {
                given.add(String.join(",", option.stringValues()));
            }
        }
        return String.join(" ", given);
    }

    /** Systems, in order. */
    final List<Contestant> contestants() {
        return contestants(peers);
    }

    final int rounds() {
        return rounds;
    }

    /** Its name on the command line. */
    final String name() {
        return spec.name();
    }

    final CommandSpec spec() {
        return spec;
    }

    /** What the options say, checked. */
    final Settings settings(TopicPlan topics) {
        require("--devices", devices, 1, MAX_DEVICES);
        require("--gateways", gateways, 0, 1_000);
        require("--rate", rate, 1, 1_000_000);
        require("--seconds", seconds, 1, DAY_SECONDS);
        require("--warmup", warmup, 0, DAY_SECONDS);
        require("--payload-bytes", payloadBytes, Payload.HEADER_BYTES, MAX_PAYLOAD_BYTES);
        require("--in-flight", inFlight, 1, 10_000);
        require("--rounds", rounds, 1, 1_000);
        if (algorithm != TokenAlgorithm.HS256
                && (elsewhere != null
                        || !peers.stream().allMatch(it -> it.startsWith(HeliographPeer.NAME)))) {
            throw wrong("--algorithm %s is for Heliograph started by the rig".formatted(algorithm));
        }
        if (!jvmFlags.isEmpty() && elsewhere != null) {
            throw wrong("--jvm is for servers started by the rig");
        }
        return new Settings(
                devices,
                gateways == 0 ? fewestGateways(devices) : gateways,
                rate,
                seconds,
                warmup,
                rampPlan(),
                payloadBytes,
                inFlight,
                !noAcks,
                algorithm,
                jvmFlags,
                topics,
                Optional.ofNullable(redisUri),
                Optional.ofNullable(elsewhere)
                        .map(
                                it ->
                                        new Settings.Remote(
                                                it.targets,
                                                it.backend.swarmOnly
                                                        ? Optional.empty()
                                                        : Optional.of(it.backend.address),
                                                it.jwks)),
                profile);
    }

    static int fewestGateways(int devices) {
        return (devices + Settings.MAX_PER_GATEWAY - 1) / Settings.MAX_PER_GATEWAY;
    }

    private RampPlan rampPlan() {
        String[] ends = ramp.split(":", -1);
        try {
            return new RampPlan(
                    Double.parseDouble(ends[0]),
                    Double.parseDouble(ends[ends.length - 1]),
                    CONNECT_PATIENCE);
        } catch (IllegalArgumentException _) {
            throw wrong("--ramp has to be such as 500:3000, but is " + ramp);
        }
    }

    final void require(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw wrong("%s has to be %d to %d, but is %d".formatted(option, least, most, value));
        }
    }

    final ParameterException wrong(String text) {
        return new ParameterException(spec.commandLine(), text);
    }
}
