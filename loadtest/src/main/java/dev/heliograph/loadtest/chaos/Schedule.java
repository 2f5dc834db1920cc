package dev.heliograph.loadtest.chaos;

import dev.heliograph.loadtest.chaos.fault.Fault;
import dev.heliograph.loadtest.chaos.fault.Fault.Part;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which faults a run begins when. The same seed, length and faults give the same schedule; what
 * they hit depends also on what is there at that moment.
 *
 * @param groups one after the other, with {@link #REST} between them
 */
record Schedule(List<Group> groups) {

    /** Steady load before the first group and after each. */
    static final Duration REST = Duration.ofSeconds(10);

    /** Faults that may overlap. */
    private static final int LARGEST_GROUP = 4;

    /** So often does each fault come before any comes again. */
    private static final int ROUNDS = 2;

    /** The faults of a group begin within this time. */
    private static final int SPREAD_MS = 3_000;

    /** What a group needs beside its rest and the time until its faults are healed, on average. */
    private static final Duration REPAIR = Duration.ofSeconds(6);

    /** What a group takes, on average; for how many faults are put into it. */
    private static final Duration TYPICAL = Duration.ofSeconds(42);

    /** So many groups in a row that are too long for what is left of the run end the search. */
    private static final int MISFITS = 20;

    /** One draw in fifty has no room for the last fault of ten minutes. */
    private static final int DRAWS = 10;

    /** Faults that overlap. */
    record Group(List<Planned> faults) {

        /** Time until all are healed. */
        Duration acts() {
            return faults.stream()
                    .map(planned -> planned.after().plus(planned.lasts()))
                    .max(Duration::compareTo)
                    .orElse(Duration.ZERO);
        }
    }

    /**
     * A fault of a schedule.
     *
     * @param after the group's begin
     * @param lasts until it is healed
     * @param draw decides on its target
     */
    record Planned(Fault fault, Duration after, Duration lasts, long draw) {}

    /** Draws one in which the rarest fault comes as often as in any of the first draws. */
    static Schedule of(long seed, Duration length, List<Fault> faults) {
        Random random = new Random(seed);
        Schedule best = draw(random, length, faults);
        for (int i = 1; i < DRAWS && best.rarest(faults) < ROUNDS; i++) {
            Schedule other = draw(random, length, faults);
            best = other.rarest(faults) > best.rarest(faults) ? other : best;
        }
        return best;
    }

    private long rarest(List<Fault> faults) {
        return faults.stream()
                .mapToLong(
                        fault ->
                                groups.stream()
                                        .flatMap(group -> group.faults().stream())
                                        .filter(planned -> planned.fault() == fault)
                                        .count())
                .min()
                .orElse(0);
    }

    private static Schedule draw(Random random, Duration length, List<Fault> faults) {
        List<Fault> deck = deck(faults, random);
        List<Group> groups = new ArrayList<>();
        Duration used = REST;
        for (int misfits = 0; misfits < MISFITS; ) {
            if (deck.isEmpty()) {
                deck = deck(faults, random);
            }
            long groupsLeft = Math.max(1, length.minus(used).dividedBy(TYPICAL));
            int needed = (int) Math.ceilDiv(deck.size(), groupsLeft);
            int wanted = Math.max(needed, 1 + random.nextInt(LARGEST_GROUP));
            List<Fault> rest = new ArrayList<>(deck);
            Group group = group(rest, Math.min(wanted, LARGEST_GROUP), random);
            Duration after = used.plus(group.acts()).plus(REPAIR).plus(REST);
            if (after.compareTo(length) > 0) {
                // A shorter one may still fit.
                misfits++;
                Collections.shuffle(deck, random);
            } else {
                groups.add(group);
                used = after;
                deck = rest;
            }
        }
        return new Schedule(List.copyOf(groups));
    }

    private static List<Fault> deck(List<Fault> faults, Random random) {
        List<Fault> deck = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            List<Fault> once = new ArrayList<>(faults);
            Collections.shuffle(once, random);
            deck.addAll(once);
        }
        return deck;
    }

    /** Takes faults that hurt different parts out of the deck. */
    private static Group group(List<Fault> deck, int size, Random random) {
        Set<Part> hurt = EnumSet.noneOf(Part.class);
        List<Planned> planned = new ArrayList<>();
        while (planned.size() < size) {
            Optional<Fault> next = next(deck, hurt);
            if (next.isEmpty()) {
                break;
            }
            Fault fault = next.get();
            deck.remove(fault);
            hurt.add(fault.part());
            planned.add(
                    new Planned(
                            fault,
                            Duration.ofMillis(random.nextInt(SPREAD_MS)),
                            fault.lasts().draw(random),
                            random.nextLong()));
        }
        return new Group(List.copyOf(planned));
    }

    /** The next one of the part of which most are left, so that the last groups are not uniform. */
    private static Optional<Fault> next(List<Fault> deck, Set<Part> hurt) {
        Optional<Part> part =
                Stream.of(Part.values())
                        .filter(it -> !hurt.contains(it) && count(deck, it) > 0)
                        .reduce((a, b) -> count(deck, b) > count(deck, a) ? b : a);
        return part.flatMap(it -> deck.stream().filter(fault -> fault.part() == it).findFirst());
    }

    private static long count(List<Fault> deck, Part part) {
        return deck.stream().filter(fault -> fault.part() == part).count();
    }

    /** Number of faults. */
    int size() {
        return groups.stream().mapToInt(group -> group.faults().size()).sum();
    }
}
