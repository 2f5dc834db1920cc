package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.loadtest.chaos.check.Verdict.Recovery;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * How long devices were without service after each fault.
 *
 * <p>The recovery time of a fault on a channel of a device is the time from the fault's begin until
 * the handler has finished with a notification that was sent after the begin. When the device loses
 * its connection or has to subscribe again while the fault acts, it counts until the first such
 * notification after that. A device is affected when it lost its connection or subscribed again in
 * that time, or when it waited for more than a second longer than for the next notification to be
 * sent at all. Only affected ones count.
 */
final class Recoveries {

    private static final long NANOS_PER_MS = 1_000_000;

    /** Shorter waits are what a busy machine does to anybody. */
    private static final long UNAFFECTED_NANOS = 1_000_000_000L;

    /** Beyond this a device has not recovered. */
    private static final long MAX_MS = 3_600_000;

    private static final int SIGNIFICANT_DIGITS = 3;

    private final Map<Faults.Fault, Map<ChannelView, Wait>> waits = new LinkedHashMap<>();
    private final Map<ChannelView, List<Wait>> open = new HashMap<>();

    private static final class Wait {
        final Faults.Fault fault;
        boolean disturbed;
        boolean over;
        long firstInvoke;
        long until;

        Wait(Faults.Fault fault) {
            this.fault = fault;
        }
    }

    /** A fault begins while these devices are subscribed. */
    void begin(Faults.Fault fault, Iterable<ChannelView> subscribed) {
        Map<ChannelView, Wait> fresh = new LinkedHashMap<>();
        for (ChannelView view : subscribed) {
            Wait wait = new Wait(fault);
            fresh.put(view, wait);
            open.computeIfAbsent(view, key -> new ArrayList<>(2)).add(wait);
        }
        waits.put(fault, fresh);
    }

    /** The connection was lost, or a subscription begins. */
    void disturbed(ChannelView view, long t) {
        for (Wait wait : open.getOrDefault(view, List.of())) {
            if (!wait.over || t <= wait.fault.end) {
                wait.disturbed = true;
                wait.over = false;
            }
        }
    }

    /** The handler has finished with a notification. */
    void handled(ChannelView view, Op op, long t) {
        List<Wait> waiting = open.get(view);
        if (waiting == null) {
            return;
        }
        for (Wait wait : waiting) {
            if (!wait.over && op.first.t() > wait.fault.begin()) {
                wait.over = true;
                wait.until = t;
                if (wait.firstInvoke == 0) {
                    wait.firstInvoke = op.first.t();
                }
            }
        }
        waiting.removeIf(wait -> wait.over && t > wait.fault.end);
    }

    List<Recovery> all(long runBegan, Histogram overall) {
        List<Recovery> recoveries = new ArrayList<>();
        waits.forEach(
                (fault, views) -> {
                    Histogram times = histogram();
                    int unrecovered = 0;
                    for (var each : views.entrySet()) {
                        Wait wait = each.getValue();
                        if (!wait.over) {
                            unrecovered +=
                                    wait.disturbed && each.getKey().device().wasPresent() ? 1 : 0;
                        } else if (wait.disturbed
                                || wait.until - wait.firstInvoke > UNAFFECTED_NANOS) {
                            times.recordValue(
                                    Math.min(MAX_MS, (wait.until - fault.begin()) / NANOS_PER_MS));
                        }
                    }
                    overall.add(times);
                    recoveries.add(
                            new Recovery(
                                    fault.began.fault(),
                                    fault.began.kind(),
                                    fault.began.target(),
                                    (fault.begin() - runBegan) / NANOS_PER_MS,
                                    fault.end == Long.MAX_VALUE
                                            ? -1
                                            : (fault.end - runBegan) / NANOS_PER_MS,
                                    (int) times.getTotalCount(),
                                    unrecovered,
                                    times.getValueAtPercentile(50),
                                    times.getMaxValue()));
                });
        return recoveries;
    }

    static Histogram histogram() {
        return new Histogram(MAX_MS, SIGNIFICANT_DIGITS);
    }
}
