package dev.heliograph.loadtest;

import dev.heliograph.server.redis.LocalRedis;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code loadtest smoke}. */
@Command(
        name = "smoke",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Notifications to devices of one server at a fixed rate, end to end.",
            "Exits with 1 when a notification was lost, came twice or could not be sent."
        })
final class SmokeCommand implements Callable<Integer> {

    private static final int NOT_CLEAN = 1;

    /** The API's limit. */
    private static final int MAX_PAYLOAD_BYTES = 65_536;

    /** The ledger keeps 4 bytes for each. */
    private static final int MAX_NOTIFICATIONS = 100_000_000;

    @Spec private CommandSpec spec;

    @Option(
            names = "--devices",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Devices, each of a user of its own. Default: ${DEFAULT-VALUE}")
    private int devices;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "2000",
            description =
                    "Notifications per second, to one user after the other. Default: ${DEFAULT-VALUE}")
    private int rate;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "20",
            description = "How long to measure. Default: ${DEFAULT-VALUE}")
    private int seconds;

    @Option(
            names = "--warmup",
            paramLabel = "S",
            defaultValue = "20",
            description =
                    "How long to warm up before, half of it with a rising rate. Default: ${DEFAULT-VALUE}")
    private int warmup;

    @Option(
            names = "--payload-bytes",
            paramLabel = "N",
            defaultValue = "200",
            description = "Size of each payload, at least 16. Default: ${DEFAULT-VALUE}")
    private int payloadBytes;

    @Option(
            names = "--redis-uri",
            paramLabel = "URI",
            description = "Redis to use. Default: a redis-server of its own, without persistence")
    private URI redisUri;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        require("--devices", devices, 2, 100_000);
        require("--rate", rate, 1, 1_000_000);
        require("--seconds", seconds, 1, 86_400);
        require("--warmup", warmup, 0, 86_400);
        require("--payload-bytes", payloadBytes, Ledger.HEADER_BYTES, MAX_PAYLOAD_BYTES);
        if ((long) rate * (seconds + warmup) > MAX_NOTIFICATIONS) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--rate times the seconds is above " + MAX_NOTIFICATIONS + " notifications");
        }
        PrintStream out = System.out;
        out.printf(
                "Smoke test: %,d devices, %,d notifications of %d bytes per second, %d s after %d s of warm-up%n",
                devices, rate, payloadBytes, seconds, warmup);
        Smoke smoke = new Smoke(new Smoke.Plan(devices, rate, seconds, warmup, payloadBytes), out);
        SmokeReport report = run(smoke);
        out.println();
        out.print(report.text());
        if (json) {
            out.println(report.json());
        }
        return report.isClean() ? 0 : NOT_CLEAN;
    }

    private SmokeReport run(Smoke smoke) throws Exception {
        Path directory = Files.createTempDirectory("heliograph-loadtest-");
        Thread onInterrupt = new Thread(() -> remove(directory));
        Runtime.getRuntime().addShutdownHook(onInterrupt);
        try {
            if (redisUri != null) {
                return smoke.run(redisUri, directory);
            }
            try (LocalRedis redis = LocalRedis.start(Optional.empty())) {
                return smoke.run(redis.uri(), directory);
            }
        } finally {
            remove(directory);
        }
    }

    private void require(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s has to be %d to %d, but is %d".formatted(option, least, most, value));
        }
    }

    private static void remove(Path directory) {
        try (Stream<Path> content = Files.walk(directory)) {
            List<Path> paths = content.sorted(Comparator.reverseOrder()).toList();
            for (Path path : paths) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            // Already removed, by the run or by the hook.
        }
    }
}
