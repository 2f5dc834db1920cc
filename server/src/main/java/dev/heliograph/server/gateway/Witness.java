package dev.heliograph.server.gateway;

import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.ChannelLog;
import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.log.LogException;
import dev.heliograph.server.log.Page;
import dev.heliograph.server.log.Position;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Tells a log of what a hub had read from it and it lacks now, as after a failover, so that every
 * device of the channel hears of the loss.
 */
final class Witness {

    private final ChannelLog log;
    private final LongSupplier nanos;

    /** The newest place that a hub knows, and when it was read, by {@link #now}. */
    record Had(Position position, long readNanos) {}

    /**
     * A witness for all hubs of a gateway.
     *
     * @param nanos a clock that never goes back
     */
    Witness(ChannelLog log, LongSupplier nanos) {
        this.log = log;
        this.nanos = nanos;
    }

    /** When something that is read now is known to be stored. */
    long now() {
        return nanos.getAsLong();
    }

    /**
     * Asks whether the log goes on where the hub is, and tells it if not. Blocks.
     *
     * @throws LogException when the log cannot be asked
     */
    void ask(Channel channel, Had had) {
        Page page =
                HubRegistry.join(
                        log.read(channel, Optional.empty(), new From.After(had.position()), 1));
        tell(channel, had, page);
    }

    /**
     * The same with what the log has answered to that place. Blocks.
     *
     * @return whether a new epoch has begun with this, so that the log is to be read anew
     * @throws LogException when the log cannot be told
     */
    boolean tell(Channel channel, Had had, Page page) {
        boolean untold =
                page.outcome() == Page.Outcome.FORK
                        && page.head().epoch().equals(had.position().epoch());
        // Not since the question: one that takes its time would seem to be of a later loss.
        Duration age = Duration.ofNanos(now() - had.readNanos());
        return untold && HubRegistry.join(log.settle(channel, had.position(), age));
    }
}
