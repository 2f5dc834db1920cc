package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.server.log.Position;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Decides whether skips are true, and books what they excuse. */
final class SkipJudge {

    private static final String EXPIRED = "expired";

    private final Faults faults;
    private final Findings findings;

    /* Skipped numbers that no producer knows, per channel and life: notifications of unknown outcome. */
    private final Map<String, Set<Long>> unknown = new HashMap<>();

    SkipJudge(Faults faults, Findings findings) {
        this.faults = faults;
        this.findings = findings;
    }

    void judge(SkipCase skipCase) {
        var skip = skipCase.skip();
        if (!skip.counts().keySet().equals(Set.of(EXPIRED))) {
            findings.add(
                    FindingKind.FALSE_SKIP,
                    skipCase.view(),
                    "Nothing in this run can be skipped for " + skip.counts().keySet(),
                    skipCase.at());
            return;
        }
        for (long seq = skip.from(); seq <= skip.through(); seq++) {
            Entry entry = entry(skipCase, seq);
            if (entry != null && isOfLostTail(skipCase, entry)) {
                continue;
            }
            if (entry == null || entry.op == null) {
                nobodyKnows(skipCase, seq);
            } else if (isExpired(entry.op, skip.t())) {
                skipCase.watch().skipped.set(entry.index);
            } else {
                findings.add(
                        FindingKind.FALSE_SKIP,
                        skipCase.view(),
                        "Skipped as expired, but had not: " + entry.shown(),
                        entry.evidence(skipCase.at()));
            }
        }
    }

    /**
     * Whether the position names another notification, or what is known was sent only after the
     * skip: another one had the number, and was lost before anybody was given it.
     */
    private boolean isOfLostTail(SkipCase skipCase, Entry known) {
        Place place = Place.of(skipCase.skip().pos());
        boolean another = place.seq() == known.seq && !place.holds(known.id);
        return (another || isLater(known, skipCase)) && faults.lossNear(skipCase.skip().t());
    }

    private static boolean isLater(Entry entry, SkipCase skipCase) {
        return entry.storedFrom() > skipCase.skip().t();
    }

    private static boolean isExpired(Op op, long t) {
        return op.mayExpire() && t >= op.earliestExpiry() - ResetJudge.CLOCK_TOLERANCE_NANOS;
    }

    /**
     * What has a number: after a fork the one that the position names, else the one that lived on.
     */
    private static Entry entry(SkipCase skipCase, long seq) {
        Place place = Place.of(skipCase.skip().pos());
        Entry best = null;
        for (Entry each = skipCase.view().channel().bySeq(seq); each != null; each = each.sibling) {
            if (!each.epoch.isEmpty() && !Position.sameLife(each.epoch, skipCase.epoch())) {
                continue;
            }
            if (place.seq() == seq && place.holds(each.id)) {
                return each;
            }
            if (best == null
                    || isLater(best, skipCase)
                    || !isLater(each, skipCase) && each.outlived(best)) {
                best = each;
            }
        }
        return best;
    }

    /**
     * It must be one whose outcome its producer never learnt, and there must be as many of these.
     */
    private void nobodyKnows(SkipCase skipCase, long seq) {
        ChannelBook channel = skipCase.view().channel();
        Set<Long> known =
                unknown.computeIfAbsent(
                        channel.name() + ' ' + skipCase.epoch(), key -> new HashSet<>());
        known.add(seq);
        long candidates =
                channel.expiring().stream()
                        .filter(op -> op.isDoubtful(channel.name()))
                        .filter(op -> isExpired(op, skipCase.skip().t()))
                        .count();
        if (known.size() > candidates) {
            findings.add(
                    FindingKind.FALSE_SKIP,
                    skipCase.view(),
                    "Seq %d was skipped as expired, and no notification can be meant"
                            .formatted(seq),
                    skipCase.at());
        }
    }
}
