package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.measure.Figure;
import dev.heliograph.loadtest.measure.Memory;
import dev.heliograph.loadtest.measure.ProcStat;
import dev.heliograph.loadtest.report.Phase;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** The same for a long time: does anything grow? */
@Command(
        name = "soak",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Notifications at a fixed rate, to one user after the other, for --seconds, while some"
                    + " devices leave and come back. Heap after a full collection, resident memory,"
                    + " file descriptors and Redis' memory are read again and again.",
            "Exits with 1 also when the gateways' heap, their file descriptors or Redis' memory rise"
                    + " from the middle of the run to its end.",
            "What Heliograph's log keeps is limited to 100 notifications per user and its idempotency"
                    + " window to 10 s, so that both have reached their limits by then."
        })
final class Soak extends Scenario {

    /** A reading takes a second of a busy machine, so a short run has fewer. */
    private static final int FEWEST_READINGS = 6;

    private static final int MOST_READINGS = 20;
    private static final int SECONDS = 600;

    /** Devices that leave per second: one in so many. */
    private static final int CHURN_ONE_IN = 100;

    /** A few classes, compiled methods and buffers more. */
    private static final double SLACK_BYTES = 4 << 20;

    /** Devices that are on their way. */
    private static final double SLACK_FILES = 50;

    private static final int KEPT = 100;
    private static final String IDEMPOTENCY_WINDOW = "10s";

    Soak() {
        devices = 500;
        seconds = SECONDS;
    }

    @Override
    Map<String, String> heliograph() {
        return Map.of(
                "log.max-length",
                Integer.toString(KEPT),
                "log.idempotency-window",
                IDEMPOTENCY_WINDOW);
    }

    @Override
    void load(Rig rig) throws Exception {
        Settings settings = rig.settings();
        Audience.Choice users = Audience.usersInTurn(settings.devices());
        rig.arrive();
        rig.warmUp(users);
        Trend heap = new Trend(SLACK_BYTES);
        Trend rss = new Trend(SLACK_BYTES);
        Trend files = new Trend(SLACK_FILES);
        Trend redis = new Trend(SLACK_BYTES);
        Interval interval = rig.begin("soak");
        double seconds;
        try (Load load = rig.producer().load(users, settings.perSecond())) {
            rig.swarm().churn((double) settings.devices() / CHURN_ONE_IN);
            int readings = Math.clamp(settings.seconds() / 2, FEWEST_READINGS, MOST_READINGS);
            for (int i = 0; i < readings; i++) {
                Thread.sleep(Duration.ofSeconds(settings.seconds()).dividedBy(readings));
                Memory memory = Memory.read(rig.gateways(), rig.redis());
                memory.heap().ifPresent(bytes -> heap.add(load.seconds(), (double) bytes));
                rss.add(load.seconds(), (double) memory.rss());
                redis.add(load.seconds(), (double) memory.redis());
                files.add(load.seconds(), files(rig));
            }
            rig.swarm().churn(0);
            seconds = load.seconds();
        }
        rig.awaitDelivered();
        interval.end(seconds);
        Map<Figure, Double> slopes = new EnumMap<>(Figure.class);
        slopes.put(Figure.HEAP_SLOPE, heap.perMinute());
        slopes.put(Figure.RSS_SLOPE, rss.perMinute());
        slopes.put(Figure.FILES_SLOPE, files.perMinute());
        slopes.put(Figure.REDIS_MEMORY_SLOPE, redis.perMinute());
        rig.findings().add(new Phase("slopes", slopes, List.of()));
        require(rig, heap, "The gateways' heap", "bytes");
        require(rig, files, "The number of their file descriptors", "");
        require(rig, redis, "Redis' memory", "bytes");
        rig.settle();
    }

    private static void require(Rig rig, Trend trend, String what, String unit) {
        rig.findings()
                .problem(
                        trend.rises(),
                        () ->
                                "%s rises: %,.0f %s a minute, from %,.0f to %,.0f"
                                        .formatted(
                                                what,
                                                trend.perMinute(),
                                                unit,
                                                trend.begin(),
                                                trend.end()));
    }

    private static int files(Rig rig) throws Exception {
        int files = 0;
        for (long pid : rig.gateways()) {
            files += ProcStat.fileDescriptors(pid);
        }
        return files;
    }
}
