package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.attack.Attackers;
import dev.heliograph.loadtest.measure.Figure;
import dev.heliograph.loadtest.report.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Unicast to bystanders, before and while attackers are at their gateway. */
@Command(
        name = "attack",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Unicast at a fixed rate, before and during an attack on the first gateway: floods of"
                    + " Pings, floods of connections, readers that read nothing, and handshakes"
                    + " that never end, from a process kept on one core.",
            "Tells the devices' p99 of both and its ratio; the goal is 2 at most. Exits with 1"
                    + " when a notification was lost, came twice or could not be sent."
        })
final class Attack extends Scenario {

    private static final double GOAL = 2;

    @Option(
            names = "--attackers",
            paramLabel = "N",
            description = "How many there are of each kind. Default: ${DEFAULT-VALUE}")
    private int attackers = 25;

    @Option(
            names = "--core",
            paramLabel = "N",
            description =
                    "The core that they are kept on; -1: any. Default: the machine's last one.")
    private int core = Runtime.getRuntime().availableProcessors() - 1;

    Attack() {
        devices = 1_000;
        rate = 200;
    }

    @Override
    Duration longest() {
        return Duration.ofSeconds(2L * seconds);
    }

    @Override
    void load(Rig rig) throws Exception {
        require("--attackers", attackers, 1, 1_000);
        require("--core", core, -1, 1_023);
        Settings settings = rig.settings();
        Audience.Choice users = Audience.usersInTurn(settings.devices());
        rig.arrive();
        rig.warmUp(users);
        Interval before = rig.begin("before");
        rig.producer().open(users, settings.perSecond(), settings.seconds());
        Phase calm = before.end();
        try (Attackers attack =
                rig.attack(attackers, core < 0 ? OptionalInt.empty() : OptionalInt.of(core))) {
            Interval meanwhile = rig.begin("under attack");
            rig.producer().open(users, settings.perSecond(), settings.seconds());
            Phase attacked = meanwhile.end();
            rig.findings()
                    .problem(!attack.areAlive(), () -> "The attackers ended before the attack");
            rig.findings().remark(true, () -> "Rounds of attackers: " + attack.done());
            rig.findings()
                    .remark(!attack.arePinned(), () -> "The attackers were not kept on one core");
            double ratio = attacked.figure(Figure.P99) / calm.figure(Figure.P99);
            rig.findings().add(new Phase("compared", Map.of(Figure.P99_RATIO, ratio), List.of()));
            rig.findings()
                    .remark(
                            ratio > GOAL,
                            () -> "p99 under attack is %.2f times that before".formatted(ratio));
        }
        rig.settle();
    }
}
