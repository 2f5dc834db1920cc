package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.loadtest.chaos.history.HistoryEvent.Got;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Skip;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Subscribe;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Subscribed;
import dev.heliograph.server.log.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One channel as a gateway told it to a device: subscriptions, frames, resets. */
final class ChannelView {

    private static final String OK = "OK";
    private static final Set<String> EXPIRED = Set.of("expired");

    private final DeviceView device;
    private final ChannelBook channel;
    private final Findings findings;
    private final HandlerView handler;
    private final List<Watch> watches = new ArrayList<>(1);
    private final List<SkipCase> skips = new ArrayList<>(0);

    /* Of the present incarnation. */
    private final Map<Integer, Coverage> coverages = new HashMap<>(2);
    private final Map<Long, Asked> asks = new HashMap<>(2);
    private boolean remembers;
    private int leading;

    /* Null before the first Subscribed. */
    private Watch watch;
    private Lineage lineage;

    /** A Subscribe that was sent. */
    private record Asked(Subscribe frame, long at) {}

    ChannelView(DeviceView device, ChannelBook channel, Findings findings) {
        this.device = device;
        this.channel = channel;
        this.findings = findings;
        this.handler = new HandlerView(this, findings);
        channel.views().add(this);
    }

    DeviceView device() {
        return device;
    }

    ChannelBook channel() {
        return channel;
    }

    HandlerView handler() {
        return handler;
    }

    List<Watch> watches() {
        return watches;
    }

    List<SkipCase> skips() {
        return skips;
    }

    /** The present watch; null before the first Subscribed. */
    Watch watch() {
        return watch;
    }

    /** What the gateway has told since the last reset; null before the first Subscribed. */
    Lineage lineage() {
        return lineage;
    }

    /** Another incarnation begins. */
    void restart(boolean withPositions) {
        disconnectAll();
        remembers = withPositions && handler.hasSaved();
        if (!remembers) {
            watch = null;
            lineage = null;
        }
        handler.restart();
    }

    /** All connections are gone. */
    void disconnectAll() {
        for (int conn : List.copyOf(coverages.keySet())) {
            disconnect(conn);
        }
        asks.clear();
    }

    /** A connection is gone: what it left out stays out. */
    void disconnect(int conn) {
        Coverage over = coverages.remove(conn);
        if (over != null) {
            for (Coverage.Gap gap : over.gaps()) {
                findings.add(
                        FindingKind.HOLE,
                        this,
                        "No frame of the subscription covers seq "
                                + range(gap.from(), gap.through()),
                        gap.at());
            }
        }
    }

    void subscribe(Subscribe frame, long at) {
        asks.put(key(frame.conn(), frame.sub()), new Asked(frame, at));
    }

    private static long key(int conn, long sub) {
        return ((long) conn << 32) | sub;
    }

    void subscribed(Subscribed frame, long at) {
        Asked asked = asks.remove(key(frame.conn(), frame.sub()));
        Coverage before = coverages.get(frame.conn());
        if (asked == null && before == null) {
            findings.add(FindingKind.HOLE, this, "Subscribed to what was not asked for", at);
            return;
        }
        Place stood =
                asked != null
                        ? Place.of(asked.frame.pos())
                        : new Place(lineage.epoch, before.expected() - 1, told());
        disconnect(frame.conn());
        coverages.put(frame.conn(), new Coverage(frame.next()));
        leading = frame.conn();
        String epoch = Place.of(frame.pos()).epoch();
        channel.epoch(epoch, frame.t());
        long askedT = asked == null ? frame.t() : asked.frame.t();
        if (asked != null) {
            channel.head(askedT, epoch, frame.head());
        }
        if (!frame.outcome().equals(OK)) {
            reset(frame, stood, epoch, at);
        } else if (asked == null || !asked.frame.pos().isEmpty()) {
            resumed(frame, stood, epoch, asked == null ? at : asked.at, at);
        } else {
            begin(frame, askedT, asked, epoch, at);
        }
    }

    /** The fingerprint of what was told last; empty when it is not known. */
    private String told() {
        int last = lineage.at(lineage.end() - 1);
        return last < 0 ? "" : Position.fingerprint(channel.entries().get(last).id);
    }

    private void begin(Subscribed frame, long askedT, Asked asked, String epoch, long at) {
        lineage = new Lineage(frame.next(), epoch, null);
        if (watch == null) {
            boolean earliest = asked != null && asked.frame.start().equals("EARLIEST");
            watch = new Watch(askedT, frame.t(), earliest, frame.next(), frame.head(), epoch, at);
            watches.add(watch);
        }
        watch.lineages.add(lineage);
    }

    private void resumed(Subscribed frame, Place stood, String epoch, long askedAt, long at) {
        if (stood.isKnown() && frame.next() != stood.seq() + 1) {
            findings.add(
                    FindingKind.HOLE,
                    this,
                    "Resumed after seq %d with OK, and begins at %d"
                            .formatted(stood.seq(), frame.next()),
                    askedAt,
                    at);
        }
        if (stood.isKnown() && !epoch.isEmpty() && !epoch.equals(stood.epoch())) {
            findings.add(
                    FindingKind.CONFLICT,
                    this,
                    "Resumed with OK in another life of the log",
                    askedAt,
                    at);
        }
        if (watch == null) {
            // A position that this history does not know of, as of a server-kept cursor.
            watch = new Watch(frame.t(), frame.t(), false, frame.next(), frame.head(), epoch, at);
            watches.add(watch);
        }
        if (lineage != null && lineage.epoch.equals(epoch) && lineage.reaches(frame.next() - 1)) {
            lineage.continueAfter(frame.next() - 1);
        } else {
            lineage = new Lineage(frame.next(), epoch, null);
            watch.lineages.add(lineage);
        }
    }

    private void reset(Subscribed frame, Place stood, String epoch, long at) {
        ResetCase reset =
                new ResetCase(
                        this,
                        frame.outcome(),
                        stood,
                        epoch,
                        frame.next(),
                        frame.head(),
                        frame.t(),
                        at);
        lineage = new Lineage(frame.next(), epoch, reset);
        if (watch == null) {
            watch = new Watch(frame.t(), frame.t(), false, frame.next(), frame.head(), epoch, at);
            watches.add(watch);
        }
        watch.lineages.add(lineage);
        watch.resets.add(reset);
        handler.wireReset(frame.t(), at);
    }

    /** The gateway refused the position that the device asked to resume from. */
    void positionRefused(int conn, long sub, long at) {
        Asked asked = asks.remove(key(conn, sub));
        findings.add(
                FindingKind.FALSE_RESET,
                this,
                "A position that a gateway had issued was refused",
                asked == null ? new long[] {at} : new long[] {asked.at, at});
        handler.wireReset(0, at);
    }

    /** A Deliver frame came. Null when it belongs to no subscription. */
    Entry got(Got frame, long at, Punctuality punctuality) {
        Coverage coverage = coverages.get(frame.conn());
        if (coverage == null) {
            findings.add(FindingKind.HOLE, this, "A frame without a subscription", at);
            return null;
        }
        String epoch = Place.of(frame.pos()).epoch();
        channel.epoch(epoch, frame.t());
        Entry entry = channel.entry(frame.id(), frame.seq(), epoch);
        entry.told(channel.order(epoch), frame.t(), at);
        boolean isNew = cover(coverage, frame.seq(), frame.seq(), at);
        if (entry.seq != frame.seq()) {
            boolean twice = frame.conn() == leading && lineage.at(entry.seq) == entry.index;
            findings.add(
                    twice ? FindingKind.DUPLICATE : FindingKind.CONFLICT,
                    this,
                    "Came with seq %d, but is %s".formatted(frame.seq(), entry.shown()),
                    entry.evidence(at));
        }
        if (frame.conn() == leading) {
            lead(frame, entry, isNew, at);
            if (handler.got(frame.seq(), lineage.epoch, entry)) {
                punctuality.got(this, entry, frame.t(), at);
            }
        }
        return entry;
    }

    private void lead(Got frame, Entry entry, boolean isNew, long at) {
        int there = lineage.at(frame.seq());
        if (!isNew && there >= 0 && there != entry.index) {
            findings.add(
                    FindingKind.CONFLICT,
                    this,
                    "One subscription brought another notification with the same seq, before: "
                            + channel.entries().get(there).shown(),
                    at);
        }
        lineage.put(frame.seq(), entry.index);
        ResetCase reset = lineage.reset;
        if (reset != null
                && reset.broughtAgain == 0
                && reset.stood.seq() == frame.seq()
                && reset.stood.holds(frame.id())) {
            reset.broughtAgain = at;
        }
    }

    void skip(Skip frame, long at) {
        Coverage coverage = coverages.get(frame.conn());
        if (coverage == null) {
            findings.add(FindingKind.HOLE, this, "A frame without a subscription", at);
            return;
        }
        long counted = frame.counts().values().stream().mapToLong(Long::longValue).sum();
        if (counted != frame.through() - frame.from() + 1) {
            findings.add(
                    FindingKind.FALSE_SKIP,
                    this,
                    "The counts do not add up to seq " + range(frame.from(), frame.through()),
                    at);
            return;
        }
        cover(coverage, frame.from(), frame.through(), at);
        if (frame.counts().keySet().equals(EXPIRED)) {
            channel.expired(frame.from(), Place.of(frame.pos()), frame.t(), at);
        }
        if (frame.conn() == leading) {
            lineage.put(frame.through(), -1);
        }
        skips.add(new SkipCase(this, watch, frame, Place.of(frame.pos()).epoch(), at));
        handler.skipped(frame.from(), frame.through());
    }

    private boolean cover(Coverage coverage, long from, long through, long at) {
        return switch (coverage.take(from, through, at)) {
            case NEXT, BEYOND -> true;
            case LATE -> {
                findings.add(
                        FindingKind.DISORDER,
                        this,
                        "Seq " + range(from, through) + " came after a higher one",
                        at);
                yield false;
            }
            case AGAIN -> {
                findings.add(
                        FindingKind.DUPLICATE,
                        this,
                        "Seq " + range(from, through) + " came again on one subscription",
                        at);
                yield false;
            }
        };
    }

    private static String range(long from, long through) {
        return from == through ? Long.toString(from) : from + " to " + through;
    }
}
