package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.loadtest.chaos.topology.TopologyKind;
import java.io.IOException;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** One way to hurt an installation. */
public interface Fault {

    /** What a fault hurts. Faults that act at the same time hurt different things. */
    enum Part {
        GATEWAY,
        NOTIFY,
        REDIS,
        REDIS_COMMANDS,
        LINK,
        DEVICE;

        /** For reports. */
        @Override
        public String toString() {
            return this == REDIS_COMMANDS ? "commands" : name().toLowerCase(Locale.ROOT);
        }
    }

    /** Its name in schedules and reports. */
    String kind();

    Part part();

    /** How long it may last until it is healed. */
    Span lasts();

    /** Whether there is something to hurt. */
    default boolean fits(TopologyKind topology) {
        return true;
    }

    /**
     * Chooses a target among what is there now.
     *
     * @throws IOException when there is none, or it does not answer
     */
    Attack aim(Scene scene, RandomGenerator random) throws IOException;
}
