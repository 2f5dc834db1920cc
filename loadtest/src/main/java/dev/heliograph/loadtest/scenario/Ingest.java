package dev.heliograph.loadtest.scenario;

import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** As many notifications as the system takes over. */
@Command(
        name = "ingest",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Backends send as fast as answers come (--in-flight of them at a time): first one"
                    + " notification a call, then many.",
            "--rate matters to the warm-up only."
        })
final class Ingest extends Scenario {

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Notifications of a batch. Default: ${DEFAULT-VALUE}")
    private int batch = 100;

    Ingest() {
        seconds = 10;
    }

    @Override
    Duration longest() {
        return Duration.ofSeconds(2L * seconds);
    }

    @Override
    void load(Rig rig) throws Exception {
        require("--batch", batch, 1, 1_000);
        Settings settings = rig.settings();
        Audience.Choice users = Audience.usersInTurn(settings.devices());
        rig.arrive();
        rig.warmUp(users);
        Interval single = rig.begin("one a call");
        rig.producer().closed(users, settings.seconds());
        single.end();
        Interval batches = rig.begin("%d a call".formatted(batch));
        rig.producer().closedBatches(settings.devices(), batch, settings.seconds());
        batches.end();
        rig.settle();
    }
}
