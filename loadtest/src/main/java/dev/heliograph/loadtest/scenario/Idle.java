package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.measure.Costs;
import dev.heliograph.loadtest.measure.Figure;
import dev.heliograph.loadtest.report.Phase;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** Devices that are there and get nothing. */
@Command(
        name = "idle",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Devices connect and subscribe, and nothing is sent.",
            "Tells what connecting takes, and the memory and CPU time of idle connections. Memory is"
                    + " read after a full collection of gateways that are Java."
        })
final class Idle extends Scenario {

    private static final String NAME = "idle";

    /** Heartbeats come every 25 s: several of each device. */
    private static final int SECONDS = 60;

    Idle() {
        devices = 10_000;
        seconds = SECONDS;
        warmup = 0;
    }

    @Override
    void load(Rig rig) throws Exception {
        rig.arrive();
        hold(rig, rig.settings().seconds());
        rig.settle();
    }

    /** Nothing happens for a time, and CPU time is read. */
    static void hold(Rig rig, int seconds) throws Exception {
        rig.enter(NAME);
        Costs costs = Costs.begin(rig);
        int least = rig.leastReadyDuring(Duration.ofSeconds(seconds));
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        figures.put(
                Figure.IDLE_CPU,
                costs.gatewayMicros() / rig.settings().devices() / Math.max(1, seconds));
        figures.putAll(costs.end(0, 0));
        figures.put(Figure.UP, (double) least);
        rig.findings().add(new Phase(NAME, figures, List.of()));
        rig.requireAllUp(least);
    }
}
