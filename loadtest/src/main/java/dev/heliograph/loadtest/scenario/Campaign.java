package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.TimeLimit;
import dev.heliograph.loadtest.report.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs scenarios with systems, round by round: each system comes once a round, so that what else
 * happens on the machine meets all of them. Each run has a Redis and processes of its own.
 */
final class Campaign {

    private static final System.Logger LOGGER = System.getLogger(Campaign.class.getName());

    /**
     * Beyond what a run says that it takes: to start and end processes, to connect, to collect
     * garbage and to wait for what is late.
     */
    private static final Duration GRACE = Duration.ofMinutes(18);

    private final List<? extends Scenario> scenarios;
    private final List<Contestant> contestants;
    private final int rounds;
    private final Progress progress;

    Campaign(
            List<? extends Scenario> scenarios,
            List<Contestant> contestants,
            int rounds,
            Progress progress) {
        this.scenarios = scenarios;
        this.contestants = contestants;
        this.rounds = rounds;
        this.progress = progress;
    }

    /** All results, in the order in which they came. */
    List<Result> run() throws InterruptedException {
        List<Result> results = new ArrayList<>();
        for (Scenario scenario : scenarios) {
            // Wrong options show before anything starts.
            scenario.settings();
        }
        for (int round = 1; round <= rounds; round++) {
            for (Scenario scenario : scenarios) {
                for (Contestant contestant : contestants) {
                    results.add(run(scenario, contestant, round));
                }
            }
        }
        return results;
    }

    private Result run(Scenario scenario, Contestant contestant, int round)
            throws InterruptedException {
        Settings settings = scenario.settings().withAcks(contestant.acks());
        progress.say(
                "%s with %s%s: %,d devices, %d gateway%s, payloads of %d bytes%s"
                        .formatted(
                                scenario.name(),
                                contestant.name(),
                                rounds > 1 ? ", round %d of %d".formatted(round, rounds) : "",
                                settings.devices(),
                                settings.gateways(),
                                settings.gateways() == 1 ? "" : "s",
                                settings.payloadBytes(),
                                contestant.acks() ? "" : ", no acknowledgements"));
        Path directory = null;
        Thread onInterrupt = null;
        try (TimeLimit _ = TimeLimit.of("a run", longest(scenario, settings))) {
            directory = Files.createTempDirectory("heliograph-loadtest-");
            Path created = directory;
            onInterrupt = new Thread(() -> remove(created));
            Runtime.getRuntime().addShutdownHook(onInterrupt);
            return run(scenario, contestant, settings, directory);
        } catch (InterruptedException e) {
            throw e;
        } catch (IOException e) {
            return failed(scenario, contestant, e);
        } catch (Exception e) {
            LOGGER.log(System.Logger.Level.WARNING, "A run ended early", e);
            return failed(scenario, contestant, e);
        } finally {
            if (onInterrupt != null) {
                Runtime.getRuntime().removeShutdownHook(onInterrupt);
            }
            if (directory != null) {
                remove(directory);
            }
        }
    }

    private Result run(Scenario scenario, Contestant contestant, Settings settings, Path directory)
            throws Exception {
        try (Rig rig = new Rig(contestant.peerFor(scenario), settings, directory, progress)) {
            load(scenario, settings, rig, directory);
            return new Result(
                    scenario.name(),
                    contestant.name(),
                    contestant.peer().abilities(),
                    rig.findings().phases(),
                    rig.findings().problems(),
                    rig.findings().remarks(),
                    rig.timeline().points(),
                    rig.profiles());
        }
    }

    private static void load(Scenario scenario, Settings settings, Rig rig, Path directory)
            throws Exception {
        try {
            if (settings.swarmOnly()) {
                SwarmOnly.load(rig);
            } else {
                scenario.load(rig);
            }
        } catch (IOException e) {
            // Mostly since a process is gone, which says why.
            throw new IOException(e.getMessage() + LogEnds.of(directory), e);
        }
    }

    private static Result failed(Scenario scenario, Contestant contestant, Exception failure) {
        String text = failure.getMessage();
        return new Result(
                scenario.name(),
                contestant.name(),
                contestant.peer().abilities(),
                List.of(),
                List.of(text == null ? failure.toString() : text),
                List.of(),
                List.of(),
                List.of());
    }

    private static Duration longest(Scenario scenario, Settings settings) {
        return scenario.longest()
                .plusSeconds(settings.warmupSeconds())
                .plus(settings.ramp().length(settings.devices()).multipliedBy(2))
                .plus(GRACE);
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
