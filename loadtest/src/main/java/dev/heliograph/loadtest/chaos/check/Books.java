package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.loadtest.chaos.history.HistoryEvent;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Ack;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Deliver;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Duplicate;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Fail;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Failed;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.FaultBegan;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.FaultEnded;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Got;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Handled;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Hole;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Invoke;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Killed;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Lost;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.OfChannel;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.OfDevice;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Ok;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Quiet;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Refused;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Reset;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Run;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Saved;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Skip;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Start;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.State;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Stop;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Subscribe;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Subscribed;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Unknown;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Unsubscribe;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Takes the events of a run in the order of time and keeps what is needed to judge it. */
final class Books {

    private final Findings findings;
    private final Map<String, DeviceView> devices = new LinkedHashMap<>();
    private final List<ChannelView> views = new ArrayList<>();
    private final Faults faults = new Faults();
    private final Calls calls;
    private final Recoveries recoveries = new Recoveries();
    private final Punctuality punctuality;
    private Optional<Run> run = Optional.empty();
    private Optional<Quiet> quiet = Optional.empty();
    private long quietAt;
    private long delivered;
    private int incarnations;

    Books(Findings findings) {
        this.findings = findings;
        this.calls = new Calls(findings, faults);
        this.punctuality = new Punctuality(faults, findings);
    }

    Optional<Run> run() {
        return run;
    }

    Optional<Quiet> quiet() {
        return quiet;
    }

    long quietAt() {
        return quietAt;
    }

    Faults faults() {
        return faults;
    }

    Punctuality punctuality() {
        return punctuality;
    }

    Recoveries recoveries() {
        return recoveries;
    }

    Calls calls() {
        return calls;
    }

    Collection<DeviceView> devices() {
        return devices.values();
    }

    List<ChannelView> views() {
        return views;
    }

    long delivered() {
        return delivered;
    }

    int incarnations() {
        return incarnations;
    }

    void take(HistoryEvent event, long at) {
        switch (event) {
            case Run it -> run = Optional.of(it);
            case Quiet it -> {
                quiet = Optional.of(it);
                quietAt = at;
                devices.values().forEach(DeviceView::quiet);
            }
            case FaultBegan it ->
                    recoveries.begin(
                            faults.begin(it, at),
                            views.stream()
                                    .filter(v -> v.device().isAlive() && v.watch() != null)
                                    .toList());
            case FaultEnded it -> faults.end(it);
            case Invoke it -> calls.take(it, at);
            case Ok it -> calls.take(it, at);
            case Fail it -> calls.take(it, at);
            case Unknown it -> calls.take(it, at);
            case Start it -> {
                incarnations++;
                DeviceView device = devices.computeIfAbsent(it.dev(), DeviceView::new);
                device.channels().forEach(view -> disturbed(view, it.t()));
                device.start(it, at);
            }
            case OfDevice it -> ofDevice(it, at);
        }
    }

    private void ofDevice(OfDevice event, long at) {
        DeviceView device = devices.get(event.dev());
        if (device == null || device.incarnation().inc() < event.inc()) {
            findings.add(FindingKind.BAD_HISTORY, event.dev(), "", "It has not started", at);
            return;
        }
        if (device.incarnation().inc() > event.inc()) {
            findings.add(
                    FindingKind.BAD_HISTORY,
                    event.dev(),
                    "",
                    "An incarnation goes on after the next has begun",
                    device.startedAt(),
                    at);
            return;
        }
        switch (event) {
            case Killed it -> device.end();
            case Stop it -> device.end();
            case State it -> {
                // For people who read the history.
            }
            case Lost it -> {
                for (ChannelView view : device.channels()) {
                    view.disconnect(it.conn());
                    disturbed(view, it.t());
                }
            }
            case OfChannel it -> ofChannel(device, it, at);
            case Start it -> throw new AssertionError(it);
        }
    }

    private void disturbed(ChannelView view, long t) {
        recoveries.disturbed(view, t);
        punctuality.disturbed(view, t);
    }

    private void ofChannel(DeviceView device, OfChannel event, long at) {
        if (event instanceof Refused it && it.ch().isEmpty()) {
            return;
        }
        ChannelView view = device.channel(event.ch(), name -> view(device, name));
        view.channel().mentioned(event.t());
        switch (event) {
            case Subscribe it -> view.subscribe(it, at);
            case Subscribed it -> {
                boolean first = view.watch() == null;
                view.subscribed(it, at);
                punctuality.disturbed(view, it.t());
                if (!first) {
                    recoveries.disturbed(view, it.t());
                }
            }
            case Got it -> {
                if (isForDevice(view, at)) {
                    Entry entry = view.got(it, at, punctuality);
                    Op op = calls.op(it.op());
                    if (entry != null && op != null && op.isFor(it.ch())) {
                        // A wrong one shows when the handler or the producer says otherwise.
                        var _ = entry.belongsTo(op);
                    }
                }
            }
            case Skip it -> {
                if (isForDevice(view, at)) {
                    view.skip(it, at);
                }
            }
            case Refused it -> {
                if (it.code().equals("INVALID_POSITION") && it.sub() != 0) {
                    view.positionRefused(it.conn(), it.sub(), at);
                }
            }
            case Ack it -> view.handler().position(Place.of(it.pos()), "Acknowledged", at);
            case Saved it -> {
                view.handler().position(Place.of(it.pos()), "Saved", at);
                view.handler().saved(Place.of(it.pos()));
            }
            case Deliver it -> deliver(view, it, at);
            case Handled it -> handled(view, it);
            case Reset it -> view.handler().appReset(it.reason(), it.t(), at);
            case Failed it ->
                    findings.add(
                            FindingKind.BEHIND, view, "The subscription ended: " + it.text(), at);
            // Frames may still come, and belong to the subscription of before.
            case Unsubscribe it -> punctuality.disturbed(view, it.t());
            case Hole it -> {
                // The frames show it.
            }
            case Duplicate it -> {
                // The frames show it.
            }
        }
    }

    private ChannelView view(DeviceView device, String channel) {
        ChannelView view = new ChannelView(device, calls.channel(channel), findings);
        views.add(view);
        return view;
    }

    private boolean isForDevice(ChannelView view, long at) {
        if (view.device().mayHave(view.channel().name())) {
            return true;
        }
        findings.add(
                FindingKind.LEAK,
                view,
                "A channel that this device may not have",
                view.device().startedAt(),
                at);
        return false;
    }

    private void deliver(ChannelView view, Deliver it, long at) {
        if (!isForDevice(view, at)) {
            return;
        }
        Op op = calls.op(it.op());
        Entry entry = view.channel().byId(it.id());
        if (op == null || entry == null) {
            findings.add(
                    FindingKind.PHANTOM,
                    view,
                    op == null
                            ? "Nobody has sent this"
                            : "Given to the handler without having come",
                    at);
            return;
        }
        if (!op.first.tenant().equals(view.device().incarnation().tenant())) {
            findings.add(FindingKind.LEAK, view, "It is of another tenant", op.at, at);
        } else if (!op.isFor(view.channel().name())) {
            boolean foreign = op.channels().stream().noneMatch(view.device()::mayHave);
            findings.add(
                    foreign ? FindingKind.LEAK : FindingKind.PHANTOM,
                    view,
                    "It was sent to " + op.channels(),
                    op.at,
                    at);
        } else if (!op.first.digest().equals(it.digest())) {
            findings.add(FindingKind.PHANTOM, view, "Its content was altered", op.at, at);
        } else if (!entry.belongsTo(op)) {
            findings.add(
                    FindingKind.PHANTOM,
                    view,
                    "The id is that of another: " + entry.shown(),
                    entry.evidence(at));
        } else {
            view.handler().deliver(it, entry, faults, at);
        }
    }

    private void handled(ChannelView view, Handled it) {
        Entry entry = view.channel().byId(it.id());
        Op op = calls.op(it.op());
        if (entry != null && op != null) {
            delivered++;
            view.handler().handled(entry);
            recoveries.handled(view, op, it.t());
        }
    }

    /** No more events come. */
    void end() {
        for (DeviceView device : devices.values()) {
            device.channels().forEach(ChannelView::disconnectAll);
            if (device.wasPresent()) {
                device.channels().forEach(view -> view.handler().finish());
            }
        }
    }
}
