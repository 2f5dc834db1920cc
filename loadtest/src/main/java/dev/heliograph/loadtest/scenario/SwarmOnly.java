package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.measure.Figure;
import dev.heliograph.loadtest.report.Phase;
import dev.heliograph.loadtest.report.Result;
import dev.heliograph.loadtest.swarm.Snapshot;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Devices that connect and stay for a time, and take what others send. */
final class SwarmOnly {

    private SwarmOnly() {}

    static void load(Rig rig) throws Exception {
        rig.arrive();
        rig.enter("hold");
        int least = rig.leastReadyDuring(Duration.ofSeconds(rig.settings().seconds()));
        Snapshot counts = rig.swarm().snapshot();
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        figures.put(Figure.UP, (double) least);
        // Of no run of this rig: they count as foreign.
        figures.put(Figure.DELIVERED, (double) counts.received());
        figures.put(Figure.HOLES, (double) counts.holes());
        figures.put(Figure.RESETS, (double) counts.resets());
        rig.findings().add(new Phase(Result.TOTAL, figures, List.of()));
        rig.requireAllUp(least);
        rig.findings()
                .problem(
                        counts.holes() + counts.resets() > 0,
                        () ->
                                "%,d holes and %,d resets seen by devices"
                                        .formatted(counts.holes(), counts.resets()));
        rig.findings()
                .remark(!counts.ends().isEmpty(), () -> "Connections that ended: " + counts.ends());
    }
}
