package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.loadtest.chaos.history.HistoryEvent.Memory;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Start;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** One device over its incarnations. */
final class DeviceView {

    private final String name;
    private final Map<String, ChannelView> channels = new LinkedHashMap<>();
    private Start start;
    private long startedAt;
    private boolean alive;
    private boolean present;

    DeviceView(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    /** The newest incarnation. */
    Start incarnation() {
        return start;
    }

    long startedAt() {
        return startedAt;
    }

    /** Whether its newest incarnation was neither closed nor killed. */
    boolean isAlive() {
        return alive;
    }

    /** The run is over: what it is now is what counts, since all are closed afterwards. */
    void quiet() {
        present = alive;
    }

    /** Whether it was alive when the run was over. */
    boolean wasPresent() {
        return present;
    }

    Collection<ChannelView> channels() {
        return channels.values();
    }

    ChannelView channel(String channel, Function<String, ChannelView> fresh) {
        return channels.computeIfAbsent(channel, fresh);
    }

    /** Another incarnation begins; the one before is over, whether or not anybody has said so. */
    void start(Start next, long at) {
        boolean remembers = start != null && start.durable() && next.memory() == Memory.POSITIONS;
        end();
        channels.values().forEach(view -> view.restart(remembers));
        start = next;
        startedAt = at;
        alive = true;
    }

    /** It was closed or killed. */
    void end() {
        if (alive) {
            channels.values().forEach(ChannelView::disconnectAll);
        }
        alive = false;
    }

    /** Whether this device may have the channel. */
    boolean mayHave(String channel) {
        return start.channels().contains(channel)
                && (!channel.startsWith("user/") || channel.equals("user/" + start.user()));
    }
}
