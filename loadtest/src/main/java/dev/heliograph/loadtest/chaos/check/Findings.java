package dev.heliograph.loadtest.chaos.check;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Collects what is wrong: every one is counted, the first of each kind are kept. */
final class Findings {

    /** Enough to see a pattern; a system that loses everything must not fill the memory. */
    private static final int KEPT_PER_KIND = 50;

    private final Map<FindingKind, Long> counts = new EnumMap<>(FindingKind.class);
    private final List<Raw> kept = new ArrayList<>();

    /** A finding whose evidence is not read yet. */
    record Raw(FindingKind kind, String device, String channel, String text, List<Long> at) {}

    void add(FindingKind kind, String device, String channel, String text, long... at) {
        if (counts.merge(kind, 1L, Long::sum) <= KEPT_PER_KIND) {
            kept.add(new Raw(kind, device, channel, text, LongStream.of(at).boxed().toList()));
        }
    }

    void add(FindingKind kind, ChannelView view, String text, long... at) {
        add(kind, view.device().name(), view.channel().name(), text, at);
    }

    Map<FindingKind, Long> counts() {
        return counts;
    }

    List<Raw> kept() {
        return kept;
    }
}
