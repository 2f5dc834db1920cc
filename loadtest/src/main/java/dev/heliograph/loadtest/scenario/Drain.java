package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.measure.Figure;
import dev.heliograph.loadtest.report.Phase;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Gateways restart in good order, one after the other. */
@Command(
        name = "drain",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Two gateways restart in good order, one after the other, while notifications go on.",
            "Tells how long devices were away, how many had a session at least, and what became of"
                    + " latencies."
        })
final class Drain extends Scenario {

    private static final int RESTARTS = 2;

    /** A gateway's time beyond that of its drain. */
    private static final int RESTART_SECONDS = 120;

    @Option(
            names = "--drain-seconds",
            paramLabel = "S",
            description =
                    "Over how long a gateway of Heliograph lets its devices go. Default: ${DEFAULT-VALUE}")
    private int drainSeconds = 20;

    Drain() {
        gateways = 3;
        rate = 500;
    }

    @Override
    Duration longest() {
        return Duration.ofSeconds((long) RESTARTS * (drainSeconds + RESTART_SECONDS));
    }

    @Override
    Map<String, String> heliograph() {
        return Map.of("gateway.drain-delay", "0s", "gateway.drain-time", drainSeconds + "s");
    }

    @Override
    void load(Rig rig) throws Exception {
        require("--drain-seconds", drainSeconds, 0, 3_600);
        require("--gateways", rig.settings().gateways(), 2, 1_000);
        Settings settings = rig.settings();
        Audience.Choice users = Audience.usersInTurn(settings.devices());
        rig.arrive();
        rig.warmUp(users);
        Interval interval = rig.begin("drain");
        double took = 0;
        double seconds;
        double least;
        try (Load load = rig.producer().load(users, settings.perSecond());
                ReadyWatch watch = new ReadyWatch(rig.swarm())) {
            for (int gateway = 0; gateway < RESTARTS; gateway++) {
                long began = System.nanoTime();
                rig.installation().restart(gateway);
                rig.swarm().awaitReady(settings.devices(), settings.ramp().patience());
                took = Math.max(took, (System.nanoTime() - began) / 1e9);
            }
            seconds = load.seconds();
            least = watch.least();
        }
        rig.awaitDelivered();
        interval.end(seconds);
        rig.findings()
                .add(
                        new Phase(
                                "restart",
                                new EnumMap<>(
                                        Map.of(Figure.RECOVERY, took, Figure.LEAST_READY, least)),
                                List.of()));
        rig.settle();
    }
}
