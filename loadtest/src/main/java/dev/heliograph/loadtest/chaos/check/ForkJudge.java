package dev.heliograph.loadtest.chaos.check;

import java.util.function.Consumer;

/**
 * Decides whether devices agree on what has a number. Two notifications may have had the same one
 * only if a fault lost the first, and whoever was told of the first must have been told of the loss
 * before anything that was stored after it.
 */
final class ForkJudge {

    private final Faults faults;
    private final Findings findings;

    ForkJudge(Faults faults, Findings findings) {
        this.faults = faults;
        this.findings = findings;
    }

    void judge(ChannelBook channel) {
        Consumer<Entry> each = head -> judge(channel, head);
        channel.eachFork(each);
    }

    private void judge(ChannelBook channel, Entry head) {
        Entry newest = head;
        for (Entry each = head; each != null; each = each.sibling) {
            newest = each.outlived(newest) ? each : newest;
        }
        for (Entry old = head; old != null; old = old.sibling) {
            if (old == newest || !channel.sameLife(old, newest)) {
                continue;
            }
            if (!faults.mayHaveTakenBy(
                    old.level(), old.storedFrom(), old.storedBy, newest.storedBy)) {
                findings.add(
                        FindingKind.CONFLICT,
                        "",
                        channel.name(),
                        "No fault can have lost the first of %s and %s"
                                .formatted(old.shown(), newest.shown()),
                        old.evidence(newest.at));
            } else {
                untold(channel, old, newest);
            }
        }
    }

    private void untold(ChannelBook channel, Entry old, Entry newest) {
        for (ChannelView view : channel.views()) {
            for (Watch watch : view.watches()) {
                for (Lineage lineage : watch.lineages) {
                    if (lineage.at(old.seq) == old.index) {
                        Entry after = storedAfter(channel, lineage, newest);
                        if (after != null) {
                            findings.add(
                                    FindingKind.CONFLICT,
                                    view,
                                    "Went on to %s without being told that %s was lost for %s"
                                            .formatted(after.shown(), old.shown(), newest.shown()),
                                    old.evidence(newest.at, after.at));
                        }
                    }
                }
            }
        }
    }

    /** Something that a lineage holds beyond, and that can only have been stored after the loss. */
    private Entry storedAfter(ChannelBook channel, Lineage lineage, Entry newest) {
        for (long seq = newest.seq + 1; seq < lineage.end(); seq++) {
            int index = lineage.at(seq);
            if (index >= 0) {
                Entry entry = channel.entries().get(index);
                if (entry.storedFrom() > newest.storedBy && !faults.losingAt(entry.storedFrom())) {
                    return entry;
                }
            }
        }
        return null;
    }
}
