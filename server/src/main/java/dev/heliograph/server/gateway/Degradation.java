package dev.heliograph.server.gateway;

import dev.heliograph.server.observe.GatewayMetrics;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * How a gateway under pressure saves what matters most: in tier 1 LOW waits for up to two seconds
 * and goes out in batches, in tier 2 devices that only observe are served every five seconds, in
 * tier 3 nobody new is let in. Nothing stored is dropped in any of them.
 */
final class Degradation {

    private static final System.Logger LOGGER = System.getLogger(Degradation.class.getName());

    /** Twice a second: a tier begins within a second of what calls for it. */
    static final long SAMPLE_MS = 500;

    /** The tier from which LOW is delayed. */
    static final int DELAYS_LOW = 1;

    /** The tier from which devices that only observe are served in pages. */
    static final int DELAYS_OBSERVERS = 2;

    /** The tier from which no new connection is let in. */
    static final int REFUSES = 3;

    /**
     * Where pressures come from.
     *
     * @param values as {@link Pressure} wants them; what is missing presses never
     * @param clockMs never goes back
     */
    record Measures(Map<Pressure, DoubleSupplier> values, LongSupplier clockMs) {

        /** Never any pressure. */
        static final Measures NONE = new Measures(Map.of(), () -> 0);
    }

    private final Measures measures;
    private final List<Runnable> onLower = new CopyOnWriteArrayList<>();
    private volatile Map<Pressure, Double> pressures = Map.of();
    private volatile int tier;

    /* Owned by the sampling thread. */
    private final PressureGauge gauge = new PressureGauge();
    private final AtomicReference<Set<Pressure>> distrusted = new AtomicReference<>(Set.of());

    Degradation(Measures measures, GatewayMetrics metrics) {
        this.measures = measures;
        metrics.watchTier(() -> tier);
        for (Pressure each : Pressure.values()) {
            metrics.watchPressure(each.label(), () -> pressures.getOrDefault(each, 0.0));
        }
    }

    /** 0 when all is well, up to 3. */
    int tier() {
        return tier;
    }

    /** Runs whenever a tier is left: what it held is to go out. Must not block. */
    void onLower(Runnable release) {
        onLower.add(release);
    }

    /** Measures and decides. By one thread at a time. */
    void sample() {
        Map<Pressure, Double> now = new EnumMap<>(Pressure.class);
        measures.values().forEach((what, value) -> now.put(what, what.inTiers(read(what, value))));
        pressures = now;
        gauge.sample(measures.clockMs().getAsLong(), now).ifPresent(this::change);
        Set<Pressure> doubted = gauge.distrusted();
        if (!distrusted.getAndSet(doubted).containsAll(doubted)) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "Nobody was let in for {0} s because of {1}, which has not fallen: it counts"
                            + " for tier 2 at most until it does",
                    Long.toString(PressureGauge.LONGEST_CLOSED_MS / 1_000),
                    doubted);
        }
    }

    /** What cannot be measured does not press. */
    private static double read(Pressure what, DoubleSupplier value) {
        try {
            return value.getAsDouble();
        } catch (RuntimeException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "No measure of " + what, e);
            return 0;
        }
    }

    private void change(PressureGauge.Change change) {
        tier = change.to();
        LOGGER.log(
                change.to() == REFUSES ? System.Logger.Level.WARNING : System.Logger.Level.INFO,
                "Degradation tier {0} after {1}; highest pressure: {2}, {3} tiers",
                Integer.toString(change.to()),
                Integer.toString(change.from()),
                change.highest().label(),
                "%.2f".formatted(pressures.getOrDefault(change.highest(), 0.0)));
        if (change.to() < change.from()) {
            onLower.forEach(Runnable::run);
        }
    }
}
