package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.measure.Costs;
import dev.heliograph.loadtest.measure.Figure;
import dev.heliograph.loadtest.report.Phase;
import dev.heliograph.loadtest.swarm.IntervalResult;
import dev.heliograph.loadtest.swarm.TopicPlan;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** One topic, and all devices subscribe to it. */
@Command(
        name = "broadcast",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "All devices subscribe to one topic, and notifications go to it one after the other: the"
                    + " next one when the one before has reached the last device.",
            "--rate and --seconds do not matter here."
        })
final class Broadcast extends Scenario {

    private static final String NAME = "broadcast";

    /**
     * The first ones meet a cold path, and are not measured: with 1,000 devices a delivery costs a
     * gateway twice as much while its compilers work.
     */
    private static final int WARM_UPS = 100;

    /** The longest that one may take: it is settled like everything else. */
    private static final Duration LONGEST = Duration.ofSeconds(75);

    @Option(
            names = "--broadcasts",
            paramLabel = "N",
            description = "How many to measure. Default: ${DEFAULT-VALUE}")
    private int broadcasts = 100;

    Broadcast() {
        devices = 5_000;
        warmup = 0;
    }

    @Override
    TopicPlan topics() {
        return TopicPlan.BROADCAST;
    }

    @Override
    Duration longest() {
        return LONGEST.multipliedBy(WARM_UPS + broadcasts);
    }

    @Override
    void load(Rig rig) throws Exception {
        require("--broadcasts", broadcasts, 1, 100_000);
        rig.arrive();
        rig.enter("warm-up");
        for (int i = 0; i < WARM_UPS; i++) {
            rig.producer().send(new Audience.Topic(0), System.nanoTime());
            rig.awaitDelivered();
        }
        send(rig, broadcasts);
        rig.settle();
    }

    /** Sends some and measures them one by one. */
    static void send(Rig rig, int count) throws Exception {
        rig.enter(NAME);
        rig.record();
        Costs costs = Costs.begin(rig);
        Histogram latency = new Histogram(3);
        Histogram last = new Histogram(3);
        Histogram lag = new Histogram(3);
        long delivered = 0;
        double seconds = 0;
        int held = 0;
        for (int i = 0; i < count; i++) {
            rig.swarm().begin();
            rig.producer().send(new Audience.Topic(0), System.nanoTime());
            rig.awaitDelivered();
            IntervalResult one = rig.swarm().end();
            held += one.isSwarmTheBottleneck() ? 1 : 0;
            latency.add(one.latency());
            lag.add(one.lag());
            last.recordValue(one.latency().getMaxValue());
            delivered += one.counts().received() - one.counts().duplicates();
            seconds += one.latency().getMaxValue() / 1e6;
        }
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        figures.putAll(costs.end(count, delivered));
        figures.put(Figure.SENT, (double) count);
        figures.put(Figure.DELIVERED, (double) delivered);
        figures.put(Figure.DELIVERED_PER_SECOND, delivered / Math.max(1e-6, seconds));
        Interval.putQuantiles(figures, latency, Interval.LATENCIES);
        Interval.putQuantiles(
                figures, last, Map.of(Figure.LAST_DEVICE_P50, 50.0, Figure.LAST_DEVICE_MAX, 100.0));
        Interval.putQuantiles(figures, lag, Map.of(Figure.SWARM_LAG_P99, 99.0));
        rig.findings().add(new Phase(NAME, figures, Interval.curve(latency)));
        int late = held;
        rig.findings()
                .remark(
                        late > 0,
                        () ->
                                "In %d of %d broadcasts the swarm itself was the bottleneck, and latencies are its own"
                                        .formatted(late, count));
    }
}
