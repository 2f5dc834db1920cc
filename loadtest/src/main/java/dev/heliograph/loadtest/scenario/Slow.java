package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.swarm.TopicPlan;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Some devices read slowly or not at all. */
@Command(
        name = "slow",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "All devices subscribe to one topic that gets --rate notifications per second. After a"
                    + " while some of them read slowly or stop; later they read again.",
            "Latencies are those of the other devices, before and meanwhile. What the slow ones"
                    + " missed has to come in the end."
        })
final class Slow extends Scenario {

    /** What a channel's log holds beyond what the scenario sends. */
    private static final int SPARE = 1_000;

    @Option(
            names = "--slow-percent",
            paramLabel = "N",
            description = "How many read slowly. Default: ${DEFAULT-VALUE}")
    private int slowPercent = 10;

    @Option(
            names = "--slow-bytes",
            paramLabel = "N",
            description =
                    "What they read per second; 0: they stop reading. Default: ${DEFAULT-VALUE}")
    private int slowBytes = 1_024;

    Slow() {
        devices = 500;
        rate = 20;
        warmup = 10;
    }

    @Override
    TopicPlan topics() {
        return TopicPlan.BROADCAST;
    }

    @Override
    Duration longest() {
        return Duration.ofSeconds(2L * seconds);
    }

    /** Nothing may be trimmed before the slow ones have read it. */
    @Override
    Map<String, String> heliograph() {
        return Map.of("log.max-length", Integer.toString(rate * (2 * seconds + warmup) + SPARE));
    }

    @Override
    void load(Rig rig) throws Exception {
        require("--slow-percent", slowPercent, 0, 100);
        require("--slow-bytes", slowBytes, 0, 1_000_000);
        Settings settings = rig.settings();
        Audience.Choice topic = _ -> new Audience.Topic(0);
        rig.arrive();
        rig.warmUp(topic);
        Interval before = rig.begin("all read");
        rig.producer().open(topic, settings.perSecond(), settings.seconds());
        before.end();
        Interval meanwhile = rig.begin("some are slow");
        rig.swarm().slow(slowPercent / 100.0, slowBytes);
        rig.producer().open(topic, settings.perSecond(), settings.seconds());
        meanwhile.end(settings.seconds());
        rig.swarm().slow(0, 0);
        rig.settle();
    }
}
