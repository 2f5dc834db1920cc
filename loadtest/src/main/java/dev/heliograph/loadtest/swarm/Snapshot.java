package dev.heliograph.loadtest.swarm;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A swarm at a moment. All but the first two count from its start.
 *
 * @param up devices with an open connection
 * @param ready of these, subscribed to all that they want
 * @param received payloads that came, repeated ones too
 * @param duplicates of these, such that the device had got before
 * @param foreign of these, such as were not for the device, or of no run that is known
 * @param late of these, such as had been taken for missing
 * @param missing numbers that later ones have overtaken by more than a window, and that have not
 *     come
 * @param holes times that the protocol's own numbers showed that something did not come
 * @param resets times that a server said that something was lost or is not known any more
 * @param connects connections that became ready
 * @param ends how connections ended that the swarm did not end: a close code, or what went wrong
 * @param failures what devices could not cope with
 */
public record Snapshot(
        int up,
        int ready,
        long received,
        long duplicates,
        long foreign,
        long late,
        long missing,
        long holes,
        long resets,
        long connects,
        Map<String, Long> ends,
        Map<String, Long> failures) {

    static final Snapshot NOTHING = new Snapshot(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of(), Map.of());

    /** Of both together. */
    Snapshot plus(Snapshot other) {
        return new Snapshot(
                up + other.up,
                ready + other.ready,
                received + other.received,
                duplicates + other.duplicates,
                foreign + other.foreign,
                late + other.late,
                missing + other.missing,
                holes + other.holes,
                resets + other.resets,
                connects + other.connects,
                sum(ends, other.ends, 1),
                sum(failures, other.failures, 1));
    }

    /** What has come about since {@code before}; {@code up} and {@code ready} as they are now. */
    public Snapshot since(Snapshot before) {
        return new Snapshot(
                up,
                ready,
                received - before.received,
                duplicates - before.duplicates,
                foreign - before.foreign,
                late - before.late,
                missing - before.missing,
                holes - before.holes,
                resets - before.resets,
                connects - before.connects,
                sum(ends, before.ends, -1),
                sum(failures, before.failures, -1));
    }

    private static Map<String, Long> sum(
            Map<String, Long> left, Map<String, Long> right, int sign) {
        Map<String, Long> sum = new HashMap<>(left);
        right.forEach((name, count) -> sum.merge(name, sign * count, Long::sum));
        sum.values().removeIf(count -> count == 0);
        return new TreeMap<>(sum);
    }
}
