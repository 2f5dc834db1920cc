package dev.heliograph.loadtest.chaos.report;

import dev.heliograph.loadtest.chaos.check.Finding;
import dev.heliograph.loadtest.chaos.check.FindingKind;
import dev.heliograph.loadtest.chaos.check.Verdict;
import java.util.Locale;

/** The report in a few lines, for a terminal. */
public final class Summary {

    /** The page has them all. */
    private static final int SHOWN_FINDINGS = 10;

    private static final int HUNDRED = 100;

    private Summary() {}

    /** Ends with a line that says whether the run passed. */
    public static String of(RunReport report) {
        Verdict verdict = report.verdict();
        StringBuilder text = new StringBuilder();
        report.troubles().forEach(trouble -> text.append("TROUBLE ").append(trouble).append('\n'));
        verdict.findings().stream()
                .limit(SHOWN_FINDINGS)
                .map(Finding::toString)
                .forEach(finding -> text.append(finding).append('\n'));
        report.notRun().forEach(left -> text.append("NOT RUN: ").append(left).append('\n'));
        var tally = verdict.tally();
        text.append(
                "%.2f %% of %,d owed and not lost at a failover were delivered; %,d were beyond the log's retention when the device came back, %,d were lost at a failover and shown as such%n"
                        .formatted(
                                HUNDRED * verdict.deliveredFraction(),
                                tally.owed() - tally.lostAtFailover() - tally.vanished(),
                                tally.trimmed(),
                                tally.lostAtFailover()));
        text.append(
                "%,d acknowledged, %,d delivered, %d faults, %d resets, recovery p50 %s, p99 %s, longest %s%n"
                        .formatted(
                                tally.acknowledged(),
                                tally.delivered(),
                                tally.faults(),
                                tally.resets(),
                                RecoveryPlot.seconds(verdict.recovery().p50Ms()),
                                RecoveryPlot.seconds(verdict.recovery().p99Ms()),
                                RecoveryPlot.seconds(verdict.recovery().maxMs())));
        if (tally.replicaFaults() > 0) {
            text.append(withReplicas(tally)).append('\n');
        }
        text.append("chaos ")
                .append(report.topology())
                .append(report.isClean() ? " passed: " : " failed: ");
        for (FindingKind kind : FindingKind.values()) {
            String name = kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
            text.append(kind.ordinal() == 0 ? "" : ", ")
                    .append(verdict.count(kind))
                    .append(' ')
                    .append(name);
        }
        return text.append('\n').toString();
    }

    /** Apart from the rest: what REPLICATED does not promise. */
    static String withReplicas(Verdict.Tally tally) {
        return "%d faults took a replica with its primary: %d of what had been REPLICATED was lost in them"
                .formatted(tally.replicaFaults(), tally.replicatedLost());
    }
}
