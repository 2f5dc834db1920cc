package dev.heliograph.loadtest.scenario;

import picocli.CommandLine.Command;

/** Notifications to one user after the other. */
@Command(
        name = "unicast",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Notifications to one user after the other at a fixed rate, end to end.",
            "Latency counts from the time when a notification was meant to be sent until its device"
                    + " has it. Exits with 1 when one was lost, came twice or could not be sent."
        })
final class Unicast extends Scenario {

    @Override
    void load(Rig rig) throws Exception {
        Settings settings = rig.settings();
        Audience.Choice users = Audience.usersInTurn(settings.devices());
        rig.arrive();
        rig.warmUp(users);
        Interval interval = rig.begin("unicast");
        rig.producer().open(users, settings.perSecond(), settings.seconds());
        interval.end();
        rig.settle();
    }
}
