package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.loadtest.chaos.history.HistoryEvent.Deliver;
import dev.heliograph.server.log.Position;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;

/** One channel as a device's app saw it: handler calls, resets, and where its position stood. */
final class HandlerView {

    private final ChannelView view;
    private final Findings findings;

    /* The newest position that the store is known to hold. */
    private Place saved = Place.UNKNOWN;

    /* Of the present incarnation. */
    private Place savedBefore = Place.UNKNOWN;
    private final BitSet came = new BitSet();
    private final BitSet delivered = new BitSet();
    private final BitSet handled = new BitSet();
    private long lastSeq = -1;
    private Entry last;
    private long wireResetT;
    private long wireResetAt;
    private int wireResets;
    private int appResets;
    private long appResetT;

    /* Came and not handled yet, by seq; and which entries these are. */
    private final TreeMap<Long, Waiting> waiting = new TreeMap<>();
    private final BitSet waits = new BitSet();

    private long redelivered;
    private long replayed;

    private record Waiting(Entry entry, String epoch) {}

    HandlerView(ChannelView view, Findings findings) {
        this.view = view;
        this.findings = findings;
    }

    boolean hasSaved() {
        return saved.isKnown();
    }

    /** Handled again after a kill, being in flight then. */
    long redelivered() {
        return redelivered;
    }

    /** Handled again since a reset replayed the log to an incarnation that did not know them. */
    long replayed() {
        return replayed;
    }

    void restart() {
        savedBefore = saved;
        came.clear();
        delivered.clear();
        handled.clear();
        lastSeq = -1;
        last = null;
        wireResetT = 0;
        wireResets = 0;
        appResets = 0;
        appResetT = 0;
        forgetWaiting();
    }

    private void forgetWaiting() {
        waiting.clear();
        waits.clear();
    }

    /** A Deliver frame came. Whether its notification came for the first time. */
    boolean got(long seq, String epoch, Entry entry) {
        boolean first = !came.get(entry.index);
        came.set(entry.index);
        if (!handled.get(entry.index) && !waits.get(entry.index)) {
            waiting.put(seq, new Waiting(entry, epoch));
            waits.set(entry.index);
        }
        return first;
    }

    /**
     * A Skip frame came: what the device had got before it left the channel, and had not begun
     * with, is not to be handled any more.
     */
    void skipped(long from, long through) {
        var gone = waiting.subMap(from, true, through, true);
        gone.values().forEach(each -> waits.clear(each.entry.index));
        gone.clear();
    }

    /**
     * The gateway told of a reset; what was not handled before it need not be handled ahead of it.
     */
    void wireReset(long t, long at) {
        wireResets++;
        wireResetT = t;
        wireResetAt = at;
        forgetWaiting();
    }

    /** The app was told of a reset. */
    void appReset(String reason, long t, long at) {
        appResets++;
        appResetT = t;
        lastSeq = -1;
        last = null;
        if (appResets > wireResets && !reason.equals("GAP")) {
            findings.add(
                    FindingKind.FALSE_RESET,
                    view,
                    "The SDK told of a reset (" + reason + ") that no gateway had sent",
                    at);
        }
    }

    /** Whether a gateway has told of a reset that the app has not heard of yet. */
    private boolean isAppBehindReset() {
        return wireResets > 0 && appResetT < wireResetT;
    }

    /** The run is over for this device. */
    void finish() {
        if (isAppBehindReset()) {
            findings.add(FindingKind.HOLE, view, "The app was not told of this reset", wireResetAt);
        }
    }

    /** The handler is called. */
    void deliver(Deliver call, Entry entry, Faults faults, long at) {
        Watch watch = view.watch();
        if (!came.get(entry.index)) {
            findings.add(
                    FindingKind.PHANTOM,
                    view,
                    "Given to the handler without having come: " + entry.shown(),
                    entry.evidence(at));
            return;
        }
        boolean here = delivered.get(entry.index);
        boolean before = watch.handled.get(entry.index);
        if (here) {
            findings.add(
                    FindingKind.DUPLICATE,
                    view,
                    "Given to the handler twice: " + entry.shown(),
                    entry.evidence(at));
        } else if (before) {
            again(call, entry, faults, at);
        } else if (call.seq() <= lastSeq) {
            findings.add(
                    FindingKind.DISORDER,
                    view,
                    "Given to the handler after %s: %s".formatted(last.shown(), entry.shown()),
                    entry.evidence(at));
        }
        if (!here && !before) {
            storedTwice(call, entry, watch, faults, at);
        }
        delivered.set(entry.index);
        if (call.seq() > lastSeq) {
            lastSeq = call.seq();
            last = entry;
        }
    }

    /** Handled by an incarnation before this one, which had a durable store. */
    private void again(Deliver call, Entry entry, Faults faults, long at) {
        boolean covered =
                savedBefore.isKnown()
                        && Position.sameLife(savedBefore.epoch(), entry.epoch)
                        && entry.seq <= savedBefore.seq();
        if (covered && wireResets > 0) {
            replayed++;
        } else if (covered) {
            findings.add(
                    FindingKind.DUPLICATE,
                    view,
                    "Handled again, though its position was saved before: " + entry.shown(),
                    entry.evidence(at));
        } else if (view.device().incarnation().marks()
                && !call.redelivered()
                && !faults.lossNear(call.t())) {
            findings.add(
                    FindingKind.DUPLICATE,
                    view,
                    "Handled again without the mark: " + entry.shown(),
                    entry.evidence(at));
        } else {
            redelivered++;
        }
    }

    private void storedTwice(Deliver call, Entry entry, Watch watch, Faults faults, long at) {
        for (Entry other : entry.op.entries) {
            if (other != entry
                    && other.book == entry.book
                    && (delivered.get(other.index) || watch.handled.get(other.index))
                    && !faults.mayHaveTakenBy(
                            other.level(), other.storedFrom(), other.storedBy, call.t())) {
                findings.add(
                        FindingKind.DUPLICATE,
                        view,
                        "One op under two ids, %s and %s".formatted(other.shown(), entry.shown()),
                        entry.evidence(other.at, at));
            }
        }
    }

    /** The handler has finished. */
    void handled(Entry entry) {
        if (!came.get(entry.index)) {
            return;
        }
        handled.set(entry.index);
        Watch watch = view.watch();
        watch.handled.set(entry.index);
        watch.newestHandled = entry;
        if (waits.get(entry.index)) {
            waits.clear(entry.index);
            Waiting there = waiting.get(entry.seq);
            if (there != null && there.entry == entry) {
                waiting.remove(entry.seq);
            } else {
                waiting.values().removeIf(each -> each.entry == entry);
            }
        }
    }

    /** The device says that all up to a place was handled. */
    void position(Place place, String how, long at) {
        if (!place.isKnown()) {
            return;
        }
        if (isAppBehindReset()) {
            // Until the app is told, its handler finishes what came before, under other numbers
            // than what has come since.
            return;
        }
        for (Map.Entry<Long, Waiting> each : waiting.headMap(place.seq(), true).entrySet()) {
            Waiting early = each.getValue();
            if (early.epoch.equals(place.epoch())) {
                findings.add(
                        FindingKind.EARLY_ACK,
                        view,
                        "%s up to seq %d before the handler had finished with %s"
                                .formatted(how, place.seq(), early.entry.shown()),
                        early.entry.evidence(at));
                return;
            }
        }
        Lineage told = view.lineage();
        // After a reset a handler of before may still finish under the old numbers.
        if (told != null
                && told.reset == null
                && told.epoch.equals(place.epoch())
                && place.seq() >= told.furthest()) {
            findings.add(
                    FindingKind.EARLY_ACK,
                    view,
                    "%s up to seq %d, but only seq %d has come"
                            .formatted(how, place.seq(), told.furthest() - 1),
                    at);
        }
    }

    void saved(Place place) {
        if (place.isKnown()) {
            saved = place;
        }
    }
}
