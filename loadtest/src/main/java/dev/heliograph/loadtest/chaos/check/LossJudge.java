package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.loadtest.chaos.history.AckLevel;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Run;

/** Decides what became of each stored notification on each device that it was owed to. */
final class LossJudge {

    private final Run run;
    private final Faults faults;
    private final ResetJudge resets;
    private final Findings findings;

    private long owed;
    private long handled;
    private long expired;
    private long trimmed;
    private long shown;
    private long vanished;
    private long replicated;

    LossJudge(Run run, Faults faults, ResetJudge resets, Findings findings) {
        this.run = run;
        this.faults = faults;
        this.resets = resets;
        this.findings = findings;
    }

    /** Unexpired ones that were owed, one for each device. */
    long owed() {
        return owed;
    }

    /** Of these, handled. */
    long handled() {
        return handled;
    }

    /** Skipped since they had expired. */
    long expired() {
        return expired;
    }

    /** Beyond the log's retention when the device came back, and it was told. */
    long trimmed() {
        return trimmed;
    }

    /** Lost by a fault that may take them, and the device was told by a reset. */
    long shown() {
        return shown;
    }

    /**
     * Lost by a fault that may take them, and not told: nobody had acknowledged them, or the node
     * that had may have been gone, too.
     */
    long vanished() {
        return vanished;
    }

    /** Of those lost by a fault, shown or not: what at least one replica had acknowledged. */
    long replicated() {
        return replicated;
    }

    /** Judges a channel of a device. */
    void judge(ChannelView view) {
        if (!view.device().mayHave(view.channel().name())) {
            return;
        }
        for (Watch watch : view.watches()) {
            boolean present = view.device().wasPresent() && watch == view.watch();
            for (Entry entry : view.channel().entries()) {
                // What nobody is known to have sent is a phantom, and owed to none.
                if (entry.op != null && watch.owes(entry)) {
                    judge(view, watch, entry, present);
                }
            }
        }
    }

    private void judge(ChannelView view, Watch watch, Entry entry, boolean present) {
        if (watch.handled.get(entry.index)) {
            owed++;
            handled++;
        } else if (watch.skipped.get(entry.index)) {
            expired++;
        } else if (present || watch.passed(entry)) {
            owed++;
            missing(view, watch, entry, present);
        }
    }

    private void missing(ChannelView view, Watch watch, Entry entry, boolean present) {
        boolean gone = mayBeGone(view.channel(), entry);
        boolean told = gone && wasToldOfAnotherLog(watch, entry);
        if (!told && isTrimmed(watch, entry)) {
            trimmed++;
        } else if (gone) {
            taken(view, watch, entry, told);
        } else {
            String how =
                    watch.passed(entry)
                            ? "Neither handled nor skipped, though later ones were: "
                            : present ? "Had not come when the run was over: " : "Never came: ";
            findings.add(FindingKind.LOST, view, how + entry.shown(), entry.evidence(watch.at));
        }
    }

    private void taken(ChannelView view, Watch watch, Entry entry, boolean told) {
        if (told) {
            shown++;
        } else if (!entry.acked || faults.mayHaveTakenWitness(entry.storedBy)) {
            vanished++;
        } else {
            findings.add(
                    FindingKind.UNTOLD,
                    view,
                    "Lost at a failover, and the device was not told: " + entry.shown(),
                    entry.evidence(watch.at));
        }
        replicated += entry.level() == AckLevel.ACCEPTED ? 0 : 1;
    }

    private static boolean wasToldOfAnotherLog(Watch watch, Entry entry) {
        return watch.resets.stream().anyMatch(r -> r.isAnotherLog() && r.t >= entry.storedBy);
    }

    private boolean mayBeGone(ChannelBook channel, Entry entry) {
        return faults.mayHaveTaken(entry.level(), entry.storedFrom(), entry.storedBy)
                && channel.isGone(entry);
    }

    /**
     * Whether a true reset, or a begin at the oldest, left it out since the log kept it no longer.
     */
    private boolean isTrimmed(Watch watch, Entry entry) {
        if (watch.earliest && entry.storedBy < watch.asked && entry.seq < watch.base) {
            return watch.head - entry.seq >= run.maxLength()
                    || resets.isAged(entry, watch.answered);
        }
        return watch.resets.stream()
                .anyMatch(
                        r ->
                                entry.seq < r.next
                                        && entry.storedBy <= r.t
                                        && (r.head - entry.seq >= run.maxLength()
                                                || resets.isAged(entry, r.t)));
    }
}
