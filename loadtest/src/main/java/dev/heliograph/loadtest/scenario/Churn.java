package dev.heliograph.loadtest.scenario;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Devices come and go. */
@Command(
        name = "churn",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Some devices disconnect each second and come back, while notifications go on.",
            "What was sent to a device while it was away has to come when it is back."
        })
final class Churn extends Scenario {

    @Option(
            names = "--churn",
            paramLabel = "N",
            description = "Devices that leave per second. Default: ${DEFAULT-VALUE}")
    private int churn = 100;

    Churn() {
        devices = 5_000;
        rate = 500;
        seconds = 30;
    }

    @Override
    void load(Rig rig) throws Exception {
        require("--churn", churn, 1, 100_000);
        Settings settings = rig.settings();
        Audience.Choice users = Audience.usersInTurn(settings.devices());
        rig.arrive();
        rig.warmUp(users);
        Interval interval = rig.begin("churn");
        rig.swarm().churn(churn);
        rig.producer().open(users, settings.perSecond(), settings.seconds());
        rig.swarm().churn(0);
        rig.awaitDelivered();
        interval.end(settings.seconds());
        rig.swarm().awaitReady(settings.devices(), settings.ramp().patience());
        rig.settle();
    }
}
