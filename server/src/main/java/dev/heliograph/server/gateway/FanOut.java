package dev.heliograph.server.gateway;

import dev.heliograph.proto.device.v1.Priority;
import dev.heliograph.server.log.LogEntry;
import dev.heliograph.server.log.Position;
import java.util.HashSet;
import java.util.Set;

/**
 * Hands what comes in a channel to its subscriptions on this gateway, encoded once: to those at the
 * head in its turn, a CRITICAL to those behind out of turn. Belongs to a {@link ChannelHub}, whose
 * lock is held in all calls.
 */
final class FanOut {

    private final ChannelHub hub;
    private final LowBatches low;
    private final Set<Subscription> members = new HashSet<>(2);
    private final LiveSubscriptions live = new LiveSubscriptions();

    FanOut(ChannelHub hub, LowBatches low) {
        this.hub = hub;
        this.low = low;
    }

    /** Takes a subscription, which reads for itself until it {@link #goesLive}. */
    boolean add(Subscription subscription) {
        return members.add(subscription);
    }

    void remove(Subscription subscription) {
        members.remove(subscription);
        live.remove(subscription);
    }

    boolean contains(Subscription subscription) {
        return members.contains(subscription);
    }

    /** How many subscriptions there are, wherever they stand. */
    int size() {
        return members.size();
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    /** Whether a subscription stands at the head. */
    boolean hasLive() {
        return !live.isEmpty();
    }

    /** A subscription has reached the head: from now on it gets what comes. */
    void goesLive(Subscription subscription) {
        subscription.live();
        live.add(subscription);
    }

    /** Sends the entry that is the head now, or holds it back. */
    void deliver(LogEntry entry, long now) {
        if (members.isEmpty()) {
            return;
        }
        Frame frame = Frames.covering(entry, now, false);
        if (!low.hold(hub, entry, frame)) {
            sendHeld(now);
            offer(entry, frame);
        }
    }

    /** Sends what was held back. */
    void sendHeld(long now) {
        for (LogEntry held : low.take(hub)) {
            offer(held, Frames.covering(held, now, false));
        }
    }

    /** What was held back is left to the log. */
    void dropHeld() {
        low.take(hub);
    }

    private void offer(LogEntry entry, Frame frame) {
        live.removeIf(subscription -> !subscription.offer(entry.position(), frame));
        if (frame.priority() == Priority.PRIORITY_CRITICAL && live.size() < members.size()) {
            Frame ahead = Frames.outOfOrder(frame);
            members.forEach(subscription -> subscription.overtake(entry.position(), ahead));
        }
    }

    /** Sends what is in no log to those at the head; returns how many took it. */
    int pass(Frame frame) {
        return live.count(subscription -> subscription.pass(frame));
    }

    /** The head is known again: whoever waited for that reads on, and whoever is beyond it. */
    void wake(Position head) {
        live.removeIf(subscription -> subscription.readOnIfBeyond(head));
        members.forEach(Subscription::unpark);
    }

    /** Has all that stand at the head read the log for themselves. */
    void leaveHead() {
        live.takeAll().forEach(Subscription::readOn);
    }
}
