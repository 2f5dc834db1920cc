package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.measure.Figure;
import dev.heliograph.loadtest.report.Phase;
import dev.heliograph.loadtest.swarm.Snapshot;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** All devices lose their connection at once, or those of one gateway. */
@Command(
        name = "storm",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "All connections are cut at once while notifications go on, or those of one gateway that"
                    + " is killed, and the devices come back as SDKs do: after a random time of at"
                    + " most 500 ms, doubled with each failure.",
            "Tells how long it takes until all are back. The load goes on for --seconds after that."
        })
final class Storm extends Scenario {

    private static final String NAME = "storm";

    /** Nobody would wait longer. */
    private static final Duration LONGEST = Duration.ofMinutes(5);

    @Option(
            names = "--kill",
            description =
                    "Kill the first of at least two gateways (SIGKILL) instead; it stays down, and"
                            + " its devices go to the others.")
    private boolean kill;

    Storm() {
        devices = 5_000;
        rate = 500;
        seconds = 10;
    }

    @Override
    Duration longest() {
        return LONGEST.plusSeconds(seconds);
    }

    @Override
    void load(Rig rig) throws Exception {
        Settings settings = rig.settings();
        if (kill) {
            require("--gateways", settings.gateways(), 2, 1_000);
        }
        // Devices come to the gateways in turn.
        int away =
                kill ? Math.ceilDiv(settings.devices(), settings.gateways()) : settings.devices();
        Audience.Choice users = Audience.usersInTurn(settings.devices());
        rig.arrive();
        rig.warmUp(users);
        Interval interval = rig.begin(NAME);
        double recovery;
        double seconds;
        try (Load load = rig.producer().load(users, settings.perSecond())) {
            long before = rig.swarm().snapshot().connects();
            long cut = System.nanoTime();
            if (kill) {
                rig.installation().kill(0);
            } else {
                rig.swarm().cutAll();
            }
            boolean back =
                    rig.await(
                            () -> {
                                Snapshot now = rig.swarm().snapshot();
                                return now.connects() - before >= away
                                        && now.ready() >= settings.devices();
                            },
                            LONGEST);
            recovery = (System.nanoTime() - cut) / 1e9;
            if (!back) {
                rig.requireAllUp(rig.swarm().snapshot().ready());
            }
            Thread.sleep(Duration.ofSeconds(settings.seconds()));
            seconds = load.seconds();
        }
        rig.awaitDelivered();
        interval.end(seconds);
        rig.findings()
                .add(
                        new Phase(
                                "recovery",
                                new EnumMap<>(Map.of(Figure.RECOVERY, recovery)),
                                List.of()));
        rig.settle();
    }
}
