package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.loadtest.chaos.check.Verdict.Distribution;
import dev.heliograph.loadtest.chaos.check.Verdict.Tally;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Quiet;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Run;
import dev.heliograph.loadtest.chaos.history.HistoryFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * Judges the history of a run, offline: the same history always gets the same verdict. One pass in
 * the order of time; what is kept grows with the number of notifications, not of deliveries.
 */
public final class Checker {

    private Checker() {}

    /** Reads all files of a history and judges it. */
    public static Verdict check(Path directory) throws IOException {
        List<Path> files = HistoryFiles.in(directory);
        Findings findings = new Findings();
        Books books = new Books(findings);
        long lines;
        long torn;
        try (HistoryMerge merge = new HistoryMerge(files, findings)) {
            while (merge.next()) {
                books.take(merge.event(), merge.at());
            }
            lines = merge.lines();
            torn = merge.torn();
        }
        Verdict verdict = judge(books, findings, lines, torn);
        return new Verdict(
                verdict.counts(),
                new Evidence(files).resolve(findings.kept()),
                verdict.tally(),
                verdict.recoveries(),
                verdict.recovery());
    }

    private static Verdict judge(Books books, Findings findings, long lines, long torn) {
        Run run =
                books.run()
                        .orElse(new Run(0, "", 0, Integer.MAX_VALUE, Long.MAX_VALUE / 2_000_000));
        if (books.run().isEmpty()) {
            findings.add(
                    FindingKind.BAD_HISTORY, "", "", "The history does not say of what run it is");
        }
        books.end();
        books.calls().phantomsOfRefusals();
        ResetJudge resets = new ResetJudge(run, books.faults(), findings);
        SkipJudge skips = new SkipJudge(books.faults(), findings);
        LossJudge losses = new LossJudge(run, books.faults(), resets, findings);
        ForkJudge forks = new ForkJudge(books.faults(), findings);
        long told = 0;
        long skipped = 0;
        long redelivered = 0;
        long replayed = 0;
        for (ChannelView view : books.views()) {
            view.watches().forEach(watch -> watch.resets.forEach(resets::judge));
            view.skips().forEach(skips::judge);
            told += view.watches().stream().mapToLong(watch -> watch.resets.size()).sum();
            skipped += view.skips().size();
            redelivered += view.handler().redelivered();
            replayed += view.handler().replayed();
        }
        Optional<Quiet> quiet = books.quiet();
        books.views().forEach(losses::judge);
        books.calls().channels().forEach(forks::judge);
        books.punctuality().finish();
        behind(books, quiet, findings);
        Histogram overall = Recoveries.histogram();
        var recoveries = books.recoveries().all(run.t(), overall);
        Tally tally =
                new Tally(
                        lines,
                        torn,
                        books.calls().sent(),
                        books.calls().acknowledged(),
                        books.calls().unknown(),
                        books.delivered(),
                        books.faults().all().size(),
                        books.devices().size(),
                        books.incarnations(),
                        losses.owed(),
                        losses.handled(),
                        losses.expired(),
                        losses.trimmed(),
                        losses.shown(),
                        losses.vanished(),
                        books.faults().thatTakeReplicas(),
                        losses.replicated(),
                        books.punctuality().late(),
                        redelivered,
                        replayed,
                        told,
                        skipped);
        Distribution recovery =
                new Distribution(
                        overall.getTotalCount(),
                        overall.getValueAtPercentile(50),
                        overall.getValueAtPercentile(90),
                        overall.getValueAtPercentile(99),
                        overall.getMaxValue());
        return new Verdict(findings.counts(), List.of(), tally, recoveries, recovery);
    }

    private static void behind(Books books, Optional<Quiet> quiet, Findings findings) {
        if (quiet.isEmpty()) {
            findings.add(
                    FindingKind.BAD_HISTORY,
                    "",
                    "",
                    "The history has no end: what was still on its way is unknown");
        } else {
            for (String missing : quiet.get().missing()) {
                int space = missing.indexOf(' ');
                findings.add(
                        FindingKind.BEHIND,
                        missing.substring(0, Math.max(0, space)),
                        missing.substring(space + 1),
                        "Had not caught up when the run was over",
                        books.quietAt());
            }
        }
    }
}
