package dev.heliograph.server.gateway;

import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.LogException;
import dev.heliograph.server.log.StateComparison;
import dev.heliograph.server.log.StateComparison.Finding;
import dev.heliograph.server.log.StateComparison.Known;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds channels that would stay silent although all looks well: an interest that Redis has lost,
 * an entry that never came through the mailbox and was the last one. Every synced channel is
 * compared once a round.
 */
final class AntiEntropy {

    private static final System.Logger LOGGER = System.getLogger(AntiEntropy.class.getName());

    /**
     * How fast it goes.
     *
     * @param round a round takes this long, half more or less at random, so that gateways do not
     *     come at the same time
     * @param lookAgain after which a head that differs is not just on its way: mailboxes are read
     *     within milliseconds
     */
    record Pace(Duration round, Duration lookAgain) {

        /** A loss is found within 45 + 2 s, and 18,000 channels cost Redis 30 ms a round. */
        static final Pace DEFAULT = new Pace(Duration.ofSeconds(30), Duration.ofSeconds(2));
    }

    private final HubRegistry registry;
    private final StateComparison comparison;
    private final Pace pace;

    /* Owned by the one step that is under way. */
    private final Queue<List<Channel>> portions = new ArrayDeque<>();
    private long gapMs;

    AntiEntropy(HubRegistry registry, StateComparison comparison, Pace pace) {
        this.registry = registry;
        this.comparison = comparison;
        this.pace = pace;
    }

    /** Goes on until the registry closes. */
    void start() {
        registry.after(jittered(), this::step);
    }

    private long jittered() {
        long roundMs = pace.round().toMillis();
        return roundMs / 2 + ThreadLocalRandom.current().nextLong(roundMs);
    }

    /** Compares one portion; those of a round are spread over its time. */
    private void step() {
        try {
            if (portions.isEmpty()) {
                portions.addAll(StateComparison.portions(registry.channels()));
                gapMs = jittered() / Math.max(1, portions.size());
            }
            if (!portions.isEmpty()) {
                compare(portions.remove());
            }
        } finally {
            registry.after(gapMs, this::step);
        }
    }

    private void compare(List<Channel> portion) {
        List<Known> suspects =
                differing(portion.stream().map(registry::known).flatMap(Optional::stream).toList());
        if (!suspects.isEmpty()) {
            registry.after(pace.lookAgain().toMillis(), () -> compareAgain(suspects));
        }
    }

    private void compareAgain(List<Known> suspects) {
        List<Known> unmoved =
                suspects.stream()
                        .filter(it -> registry.known(it.channel()).equals(Optional.of(it)))
                        .toList();
        differing(unmoved).forEach(known -> repair(known, "head"));
    }

    /** Those with another head. A lost interest is repaired at once. */
    private List<Known> differing(List<Known> believed) {
        List<Known> differing = new ArrayList<>();
        if (believed.isEmpty()) {
            return differing;
        }
        List<Finding> findings;
        try {
            findings = HubRegistry.join(comparison.compare(believed));
        } catch (LogException e) {
            LOGGER.log(
                    System.Logger.Level.DEBUG, "Channels are compared later: {0}", e.getMessage());
            return differing;
        }
        for (int i = 0; i < findings.size(); i++) {
            switch (findings.get(i)) {
                case SAME -> {}
                case NO_INTEREST -> repair(believed.get(i), "interest");
                case OTHER_HEAD -> differing.add(believed.get(i));
            }
        }
        return differing;
    }

    private void repair(Known known, String reason) {
        if (registry.repair(known, reason)) {
            LOGGER.log(
                    System.Logger.Level.INFO,
                    "A {0} channel was not what the log says ({1}), and is repaired",
                    known.channel().kind(),
                    reason);
        }
    }
}
