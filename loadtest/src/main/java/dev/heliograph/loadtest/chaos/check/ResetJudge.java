package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.loadtest.chaos.history.AckLevel;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Run;
import dev.heliograph.loadtest.chaos.history.Loses;
import dev.heliograph.server.log.Position;
import java.util.Optional;

/** Decides whether resets are true: whether anything can have been lost where they say. */
final class ResetJudge {

    /** How far the clocks of servers and of this history may be apart over a run. */
    static final long CLOCK_TOLERANCE_NANOS = 1_000_000_000L;

    private static final long NANOS_PER_MS = 1_000_000;

    private final Run run;
    private final Faults faults;
    private final Findings findings;

    ResetJudge(Run run, Faults faults, Findings findings) {
        this.run = run;
        this.faults = faults;
        this.findings = findings;
    }

    void judge(ResetCase reset) {
        if (!reset.stood.isKnown()) {
            return;
        }
        Optional<String> wrong =
                switch (reset.outcome) {
                    case "TRIMMED" -> trimmed(reset);
                    case "FORK" -> fork(reset);
                    case "EPOCH" -> epoch(reset);
                    default -> Optional.of("there is no such outcome");
                };
        wrong.ifPresent(
                why -> {
                    long[] at =
                            reset.broughtAgain == 0
                                    ? new long[] {reset.at}
                                    : new long[] {reset.at, reset.broughtAgain};
                    findings.add(
                            FindingKind.FALSE_RESET,
                            reset.view,
                            "%s after seq %d, but %s"
                                    .formatted(reset.outcome, reset.stood.seq(), why),
                            at);
                });
    }

    /** Whether the log's age limit has taken an entry at a moment. */
    boolean isAged(Entry entry, long t) {
        return entry.storedFrom() + run.retentionMs() * NANOS_PER_MS - CLOCK_TOLERANCE_NANOS <= t;
    }

    private Optional<String> trimmed(ResetCase reset) {
        long newestGone = reset.next - 1;
        if (!reset.epoch.equals(reset.stood.epoch())) {
            return Optional.of("the position is of another life of the log");
        }
        if (newestGone <= reset.stood.seq()) {
            return Optional.of("the log goes on right after it, with seq " + reset.next);
        }
        boolean tooMany = reset.head - newestGone >= run.maxLength();
        if (tooMany || isAgedBy(reset, newestGone)) {
            return Optional.empty();
        }
        return Optional.of(
                "seq %d was the newest that was left out, at a head of %d: within the %d that the log keeps"
                        .formatted(newestGone, reset.head, run.maxLength()));
    }

    /** By the age of the newest that is gone, or of the nearest after it that is known. */
    private boolean isAgedBy(ResetCase reset, long seq) {
        ChannelBook channel = reset.view.channel();
        for (long near = seq; near >= Math.max(1, reset.stood.seq()); near--) {
            Entry entry = channel.bySeq(near);
            if (entry != null) {
                return isAged(entry, reset.t);
            }
        }
        return run.t() + run.retentionMs() * NANOS_PER_MS <= reset.t;
    }

    private Optional<String> fork(ResetCase reset) {
        if (reset.broughtAgain != 0) {
            return Optional.of("what is there came again under the same number");
        }
        if (reset.goesOn()) {
            return hasLost(reset)
                    ? Optional.empty()
                    : Optional.of("no fault can have lost anything since that epoch began");
        }
        if (hasLost(reset) && trimmedAfter(reset)) {
            return Optional.empty();
        }
        if (reset.stood.seq() == 0) {
            return Optional.of("nothing stands at that place that could be lost");
        }
        Entry stoodAt = entryAt(reset);
        boolean possible =
                stoodAt == null
                        ? faults.lossBefore(reset.t)
                        : faults.mayHaveTakenBy(
                                AckLevel.ACCEPTED, stoodAt.storedFrom(), stoodAt.storedBy, reset.t);
        return possible ? Optional.empty() : Optional.of("no fault can have lost what is there");
    }

    /** Whether the log may have lost something by then that it had got in the device's epoch. */
    private boolean hasLost(ResetCase reset) {
        ChannelBook channel = reset.view.channel();
        long since = channel.earliest(reset.stood.epoch());
        return channel.entries().stream()
                        .anyMatch(
                                entry ->
                                        entry.storedBy >= since
                                                && faults.mayHaveTakenBy(
                                                        entry.level(),
                                                        entry.storedFrom(),
                                                        entry.storedBy,
                                                        reset.t)
                                                && channel.isGone(entry))
                || channel.unanswered().stream()
                        .anyMatch(
                                call ->
                                        call.through() >= since
                                                && faults.mayHaveTakenBy(
                                                        AckLevel.ACCEPTED,
                                                        call.from(),
                                                        call.through(),
                                                        reset.t));
    }

    private boolean trimmedAfter(ResetCase reset) {
        long newestGone = reset.next - 1;
        return newestGone > reset.stood.seq()
                && (reset.head - newestGone >= run.maxLength() || isAgedBy(reset, newestGone));
    }

    private Optional<String> epoch(ResetCase reset) {
        if (Position.sameLife(reset.epoch, reset.stood.epoch())) {
            return Optional.of("the log is still in the same life");
        }
        boolean possible =
                faults.all().stream()
                        .anyMatch(
                                f ->
                                        f.begin() <= reset.t
                                                && (f.began.loses() == Loses.EVERYTHING
                                                        || (f.began.loses() != Loses.NOTHING
                                                                && isYoung(reset, f))));
        return possible ? Optional.empty() : Optional.of("no fault can have ended the log's life");
    }

    /** Whether the log had begun so shortly before a fault that a replica may not have had it. */
    private static boolean isYoung(ResetCase reset, Faults.Fault fault) {
        return reset.view.channel().knownSince() >= fault.begin() - Faults.MAX_REPLICA_LAG_NANOS;
    }

    /** What the device stood at; null when it is not known. */
    private static Entry entryAt(ResetCase reset) {
        for (Entry entry = reset.view.channel().bySeq(reset.stood.seq());
                entry != null;
                entry = entry.sibling) {
            if (reset.stood.holds(entry.id)) {
                return entry;
            }
        }
        return null;
    }
}
