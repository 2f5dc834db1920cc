package dev.heliograph.server.gateway;

import dev.heliograph.server.log.GatewayCounts;
import dev.heliograph.server.log.LogException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Tells the other gateways what this one holds, and asks devices to move when it holds many more
 * than they. A chain of tasks, each of which has the next one started, so its state has one owner
 * at a time.
 */
final class Rebalancer {

    private static final System.Logger LOGGER = System.getLogger(Rebalancer.class.getName());

    private final String instance;
    private final Rebalance.Pace pace;
    private final Rebalance rebalance;
    private final GatewayCounts counts;
    private final HubRegistry registry;
    private final SessionTable sessions;
    private final Drain drain;
    /* Owned by the one step that is under way: whether the others count this gateway. */
    private boolean counted;

    /**
     * @param node this gateway's name; a random part is added, since a restarted one is another
     */
    Rebalancer(
            String node,
            Rebalance.Pace pace,
            GatewayCounts counts,
            HubRegistry registry,
            SessionTable sessions,
            Drain drain) {
        this.instance =
                node + "." + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        this.pace = pace;
        this.rebalance = new Rebalance(instance, pace);
        this.counts = counts;
        this.registry = registry;
        this.sessions = sessions;
        this.drain = drain;
    }

    /** Begins, at any time within the first period, and goes on until the registry closes. */
    void start() {
        registry.after(ThreadLocalRandom.current().nextLong(pace.every().toMillis()), this::step);
    }

    /** What the others count is to lack this gateway from now on. Does not wait. */
    void leave() {
        var _ = counts.leave(instance);
    }

    private void step() {
        try {
            if (drain.wantsDevices()) {
                counted = true;
                move(HubRegistry.join(counts.note(instance, sessions.count())));
            } else if (counted) {
                HubRegistry.join(counts.leave(instance));
                counted = false;
            }
        } catch (LogException e) {
            LOGGER.log(
                    System.Logger.Level.DEBUG,
                    "What gateways hold cannot be told: {0}",
                    e.getMessage());
        } finally {
            registry.after(pace.every().toMillis(), this::step);
        }
    }

    private void move(Map<String, Integer> known) {
        int surplus = rebalance.surplus(known, System.nanoTime() / 1_000_000);
        if (surplus > 0) {
            LOGGER.log(
                    System.Logger.Level.INFO,
                    "Rebalancing: {0} of {1} devices are asked to move, the gateways hold {2}",
                    ask(surplus),
                    sessions.count(),
                    known);
        }
    }

    private int ask(int surplus) {
        List<Session> all = new ArrayList<>(sessions.all());
        Collections.shuffle(all, ThreadLocalRandom.current());
        int moved = 0;
        for (Session session : all) {
            if (moved == surplus) {
                break;
            }
            if (session.terms().askToMove("rebalance")) {
                moved++;
            }
        }
        return moved;
    }
}
