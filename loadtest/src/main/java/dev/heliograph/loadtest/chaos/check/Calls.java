package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.loadtest.chaos.history.HistoryEvent.Fail;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Invoke;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Ok;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Stored;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Unknown;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** What producers called, and what they were answered. */
final class Calls {

    private final Findings findings;
    private final Faults faults;
    private final Map<Long, Op> ops = new HashMap<>();
    private final Map<String, ChannelBook> channels = new LinkedHashMap<>();

    Calls(Findings findings, Faults faults) {
        this.findings = findings;
        this.faults = faults;
    }

    /** What was to be sent under a number; null when nothing was. */
    Op op(long number) {
        return ops.get(number);
    }

    Collection<ChannelBook> channels() {
        return channels.values();
    }

    /** The book of a channel, which is made when it is named first. */
    ChannelBook channel(String name) {
        return channels.computeIfAbsent(name, ChannelBook::new);
    }

    long sent() {
        return ops.values().stream().mapToLong(op -> op.channels().size()).sum();
    }

    long acknowledged() {
        return ops.values().stream()
                .mapToLong(op -> op.channels().stream().filter(op::isAcked).count())
                .sum();
    }

    long unknown() {
        return ops.values().stream()
                .mapToLong(op -> op.channels().stream().filter(op::isDoubtful).count())
                .sum();
    }

    void take(Invoke it, long at) {
        Op op = ops.get(it.op());
        if (op == null) {
            op = new Op(it, at);
            ops.put(it.op(), op);
            for (String name : it.channels()) {
                ChannelBook channel = channel(name);
                channel.mentioned(it.t());
                if (op.mayExpire()) {
                    channel.expiring(op);
                }
            }
        }
        op.called();
    }

    void take(Ok it, long at) {
        answered(it.op(), at, op -> it.stored().forEach(each -> stored(op, each, it.t(), at)));
    }

    void take(Fail it, long at) {
        answered(it.op(), at, op -> it.channels().forEach(op::refused));
    }

    void take(Unknown it, long at) {
        answered(
                it.op(),
                at,
                op ->
                        it.channels()
                                .forEach(name -> channel(name).unanswered(op.first.t(), it.t())));
    }

    private void answered(long number, long at, Consumer<Op> booking) {
        Op op = ops.get(number);
        if (op == null) {
            findings.add(FindingKind.BAD_HISTORY, "", "", "An answer to no call", at);
        } else {
            booking.accept(op);
        }
    }

    private void stored(Op op, Stored answer, long t, long at) {
        if (!op.isFor(answer.ch())) {
            findings.add(
                    FindingKind.PHANTOM,
                    "",
                    answer.ch(),
                    "Stored where it was not sent",
                    op.at,
                    at);
            return;
        }
        ChannelBook channel = channel(answer.ch());
        Entry entry = channel.entry(answer.id(), answer.seq(), "");
        if (entry.seq != answer.seq()) {
            findings.add(
                    FindingKind.CONFLICT,
                    "",
                    answer.ch(),
                    "The producer was told seq %d of %s".formatted(answer.seq(), entry.shown()),
                    entry.evidence(at));
        }
        if (!entry.belongsTo(op)) {
            findings.add(
                    FindingKind.PHANTOM,
                    "",
                    answer.ch(),
                    "Another op was answered with this id: " + entry.shown(),
                    entry.evidence(at));
        }
        for (Entry other : op.entries) {
            if (other != entry
                    && other.book == channel
                    && other.acked
                    && !faults.mayHaveTakenBy(
                            other.level(), other.storedFrom(), other.storedBy, t)) {
                findings.add(
                        FindingKind.DUPLICATE,
                        "",
                        answer.ch(),
                        "Stored twice under one key: %s and %s"
                                .formatted(other.shown(), entry.shown()),
                        entry.evidence(other.at, at));
            }
        }
        entry.acked = true;
        entry.seen(t, at);
        op.acked(answer.ch());
    }

    /** What every call was refused for must not be delivered. */
    void phantomsOfRefusals() {
        for (Op op : ops.values()) {
            for (Entry entry : op.entries) {
                if (op.isRefused(entry.book.name())) {
                    findings.add(
                            FindingKind.PHANTOM,
                            "",
                            entry.book.name(),
                            "Delivered, but every call of it was refused: " + entry.shown(),
                            entry.evidence());
                }
            }
        }
    }
}
