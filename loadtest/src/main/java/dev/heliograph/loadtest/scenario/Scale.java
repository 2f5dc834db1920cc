package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.measure.Figure;
import dev.heliograph.loadtest.report.Phase;
import dev.heliograph.loadtest.swarm.TopicPlan;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Many devices on many gateways. */
@Command(
        name = "scale",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Devices connect, subscribe to their inbox and to one topic, and are idle for a while;"
                    + " then notifications go to one user after the other; then some go to the topic.",
            "Exits with 1 when fewer devices than --devices were up at once at any time, or when"
                    + " anything was lost, came twice or could not be sent.",
            "Each process holds up to 18,000 devices, so that 100,000 take six gateways."
        })
final class Scale extends Scenario {

    private static final Duration BROADCAST_LONGEST = Duration.ofSeconds(75);

    @Option(
            names = "--broadcasts",
            paramLabel = "N",
            description = "Notifications to the topic. Default: ${DEFAULT-VALUE}")
    private int broadcasts = 5;

    @Option(
            names = "--idle-seconds",
            paramLabel = "S",
            description = "How long they are idle before. Default: ${DEFAULT-VALUE}")
    private int idleSeconds = 30;

    Scale() {
        devices = 10_000;
        seconds = 60;
        // Each gateway sees a sixth of the load, and its compilers are as slow to be done.
        warmup = 60;
    }

    @Override
    TopicPlan topics() {
        return TopicPlan.BROADCAST;
    }

    @Override
    Duration longest() {
        return Duration.ofSeconds(seconds + idleSeconds)
                .plus(BROADCAST_LONGEST.multipliedBy(broadcasts));
    }

    @Override
    void load(Rig rig) throws Exception {
        require("--broadcasts", broadcasts, 0, 10_000);
        require("--idle-seconds", idleSeconds, 0, 86_400);
        Settings settings = rig.settings();
        Audience.Choice users = Audience.usersInTurn(settings.devices());
        rig.arrive();
        if (idleSeconds > 0) {
            Idle.hold(rig, idleSeconds);
        }
        rig.warmUp(users);
        Interval interval = rig.begin("unicast");
        int least;
        try (Load _ = rig.producer().load(users, settings.perSecond())) {
            least = rig.leastReadyDuring(Duration.ofSeconds(settings.seconds()));
        }
        rig.awaitDelivered();
        Phase unicast = interval.end(settings.seconds());
        rig.requireAllUp(least);
        double rate = unicast.figure(Figure.SENT_PER_SECOND);
        rig.findings()
                .remark(
                        rate < Latency.KEEPS_UP * settings.perSecond(),
                        () ->
                                "Only %,.0f of %,d notifications a second could be sent"
                                        .formatted(rate, settings.perSecond()));
        if (broadcasts > 0) {
            Broadcast.send(rig, broadcasts);
            rig.requireAllUp(rig.swarm().snapshot().ready());
        }
        rig.settle();
    }
}
