package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.measure.Figure;
import dev.heliograph.loadtest.report.Phase;
import dev.heliograph.loadtest.report.Result;
import dev.heliograph.loadtest.swarm.Settlement;
import dev.heliograph.loadtest.swarm.Snapshot;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The account of a whole run: what was sent, what came, and what is wrong with that. */
final class Account {

    /** Losses that are named; the count says how many there are. */
    private static final int NAMED = 5;

    private Account() {}

    /**
     * Adds it to the rig's findings.
     *
     * @param all whether as much came as was due
     */
    static void close(Rig rig, Settlement settlement, boolean all) throws IOException {
        Findings findings = rig.findings();
        Snapshot counts = rig.swarm().snapshot();
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        figures.put(Figure.SENT, (double) rig.producer().sent());
        figures.put(Figure.FAILED, (double) rig.producer().failed());
        figures.put(Figure.DELIVERED, (double) (counts.received() - counts.duplicates()));
        figures.put(Figure.LOST, (double) settlement.lost());
        figures.put(Figure.DUPLICATES, (double) counts.duplicates());
        figures.put(Figure.HOLES, (double) counts.holes());
        figures.put(Figure.RESETS, (double) counts.resets());
        figures.put(Figure.ENDED, (double) sum(counts.ends()));
        findings.add(new Phase(Result.TOTAL, figures, List.of()));
        findings.problem(settlement.lost() > 0, () -> lost(settlement));
        findings.problem(
                counts.duplicates() > 0,
                () -> "%,d came twice at a device".formatted(counts.duplicates()));
        findings.problem(
                counts.foreign() > 0,
                () -> "%,d came to a device they were not for".formatted(counts.foreign()));
        findings.problem(
                counts.holes() > 0, () -> "%,d holes seen by devices".formatted(counts.holes()));
        findings.problem(
                counts.resets() > 0, () -> "%,d resets seen by devices".formatted(counts.resets()));
        findings.problem(
                !counts.failures().isEmpty(),
                () -> "Devices could not cope with " + counts.failures());
        findings.problem(
                rig.producer().failed() > 0,
                () ->
                        "%,d calls failed, the first with %s"
                                .formatted(rig.producer().failed(), rig.producer().firstFailure()));
        findings.problem(
                !all && settlement.lost() == 0, () -> "Deliveries could not be accounted for");
        findings.remark(!counts.ends().isEmpty(), () -> "Connections that ended: " + counts.ends());
    }

    private static String lost(Settlement settlement) {
        List<String> named =
                settlement.missing().stream()
                        .limit(NAMED)
                        .map(Settlement.Missing::toString)
                        .toList();
        return "%,d deliveries lost, such as %s".formatted(settlement.lost(), named);
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
