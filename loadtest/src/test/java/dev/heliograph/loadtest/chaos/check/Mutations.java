package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.loadtest.chaos.check.FrameProxy.Rewriter;
import dev.heliograph.proto.device.v1.Deliver;
import dev.heliograph.proto.device.v1.Outcome;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Skip;
import dev.heliograph.proto.device.v1.SkipCount;
import dev.heliograph.proto.device.v1.SkipReason;
import dev.heliograph.proto.device.v1.Subscribed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Gateways that do wrong, each in one way. */
public final class Mutations {

    private Mutations() {}

    /** Every n-th Deliver of all connections together becomes something else. */
    private static Supplier<Rewriter> everyDeliver(
            int n, Function<Deliver, List<ServerFrame>> change) {
        AtomicInteger count = new AtomicInteger();
        return () ->
                frame ->
                        frame.hasDeliver() && count.incrementAndGet() % n == 0
                                ? change.apply(frame.getDeliver())
                                : List.of(frame);
    }

    /** Leaves out 1 in n; the next frame shows the hole. */
    public static Supplier<Rewriter> drop(int n) {
        return everyDeliver(n, deliver -> List.of());
    }

    /** Sends 1 in n twice. */
    public static Supplier<Rewriter> repeat(int n) {
        return everyDeliver(n, deliver -> List.of(of(deliver), of(deliver)));
    }

    /** Says of 1 in n that it has expired. */
    static Supplier<Rewriter> skip(int n, SkipReason reason) {
        return everyDeliver(
                n,
                deliver ->
                        List.of(
                                ServerFrame.newBuilder()
                                        .setSkip(
                                                Skip.newBuilder()
                                                        .setChannel(deliver.getChannel())
                                                        .setFromSeq(deliver.getSeq())
                                                        .setThroughSeq(deliver.getSeq())
                                                        .setPosition(deliver.getPosition())
                                                        .addCounts(
                                                                SkipCount.newBuilder()
                                                                        .setReason(reason)
                                                                        .setCount(1)))
                                        .build()));
    }

    /** Alters the content of 1 in n. */
    static Supplier<Rewriter> alter(int n) {
        return everyDeliver(
                n,
                deliver -> {
                    Deliver.Builder altered = deliver.toBuilder();
                    altered.getNotificationBuilder().putAttributes("added", "on the way");
                    return List.of(of(altered.build()));
                });
    }

    /** Sends 1 in n after the one that follows it in its channel. */
    static Supplier<Rewriter> swap(int n) {
        AtomicInteger count = new AtomicInteger();
        return () -> {
            Map<String, ServerFrame> held = new HashMap<>();
            return frame -> {
                if (!frame.hasDeliver()) {
                    return List.of(frame);
                }
                ServerFrame before = held.remove(frame.getDeliver().getChannel());
                if (before != null) {
                    return List.of(frame, before);
                }
                if (count.incrementAndGet() % n == 0) {
                    held.put(frame.getDeliver().getChannel(), frame);
                    return List.of();
                }
                return List.of(frame);
            };
        };
    }

    /**
     * Changes the sequence of Delivers and numbers it anew, so that no device can see it from the
     * numbers.
     *
     * @param change for every n-th one; empty drops it, several add some
     */
    public static Supplier<Rewriter> renumbered(int n, Function<Deliver, List<Deliver>> change) {
        return () -> {
            Map<String, Long> shifts = new HashMap<>();
            AtomicInteger count = new AtomicInteger();
            return frame -> {
                if (!frame.hasDeliver()) {
                    return List.of(frame);
                }
                Deliver deliver = frame.getDeliver();
                String channel = deliver.getChannel();
                List<Deliver> changed =
                        count.incrementAndGet() % n == 0 ? change.apply(deliver) : List.of(deliver);
                long shift = shifts.getOrDefault(channel, 0L);
                List<ServerFrame> sent = new ArrayList<>();
                for (Deliver each : changed) {
                    long seq = deliver.getSeq() + shift + sent.size();
                    sent.add(of(each.toBuilder().setSeq(seq).build()));
                }
                shifts.put(channel, shift + changed.size() - 1);
                return sent;
            };
        };
    }

    /** The same notification under another id. */
    static Deliver underAnotherId(Deliver deliver) {
        Deliver.Builder other = deliver.toBuilder();
        other.getNotificationBuilder().setId(deliver.getNotification().getId() + "-again");
        return other.build();
    }

    /** Answers every Subscribe that is not the first of its channel with another outcome. */
    static Supplier<Rewriter> resumesWith(Outcome outcome) {
        Map<String, Boolean> known = new HashMap<>();
        return () ->
                subscribed(
                        answer ->
                                known.put(answer.getChannel(), true) == null
                                        ? answer
                                        : answer.toBuilder().setOutcome(outcome).build());
    }

    private static Rewriter subscribed(UnaryOperator<Subscribed> change) {
        return frame ->
                frame.hasSubscribed()
                        ? List.of(
                                ServerFrame.newBuilder()
                                        .setSubscribed(change.apply(frame.getSubscribed()))
                                        .build())
                        : List.of(frame);
    }

    private static ServerFrame of(Deliver deliver) {
        return ServerFrame.newBuilder().setDeliver(deliver).build();
    }
}
