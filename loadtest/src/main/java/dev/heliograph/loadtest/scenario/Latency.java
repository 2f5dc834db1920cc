package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.measure.Figure;
import dev.heliograph.loadtest.report.Phase;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Latency over rate, up to saturation. */
@Command(
        name = "latency",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Notifications to one user after the other, at a rate that begins with --rate and rises by"
                    + " half, until the system does not keep up or --most is reached.",
            "It does not keep up when it takes less than 95 %% of the rate, or when p99 is above 1 s.",
            "--seconds is the length of each step."
        })
final class Latency extends Scenario {

    private static final double FACTOR = 1.5;

    /** Of the rate that is wanted: below it a system, or what sends, does not keep up. */
    static final double KEEPS_UP = 0.95;

    private static final double MOST_P99_MS = 1_000;

    @Option(
            names = "--most",
            paramLabel = "N",
            description = "The highest rate. Default: ${DEFAULT-VALUE}")
    private int most = 100_000;

    Latency() {
        rate = 1_000;
        seconds = 10;
    }

    @Override
    Duration longest() {
        int steps = 1 + (int) Math.ceil(Math.log((double) most / rate) / Math.log(FACTOR));
        return Duration.ofSeconds((long) steps * (seconds + 75));
    }

    @Override
    void load(Rig rig) throws Exception {
        require("--most", most, rate, 1_000_000);
        Settings settings = rig.settings();
        Audience.Choice users = Audience.usersInTurn(settings.devices());
        rig.arrive();
        rig.warmUp(users);
        boolean keepsUp = true;
        for (double step = settings.perSecond(); keepsUp && step <= most; step *= FACTOR) {
            Interval interval = rig.begin("%,d/s".formatted((int) step));
            rig.producer().open(users, (int) step, settings.seconds());
            Phase phase = interval.end();
            keepsUp =
                    phase.figure(Figure.SENT_PER_SECOND) >= KEEPS_UP * (int) step
                            && phase.figure(Figure.P99) <= MOST_P99_MS;
        }
        rig.settle();
    }
}
