package dev.heliograph.server.observe;

import io.helidon.metrics.api.Counter;
import io.helidon.metrics.api.Gauge;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.Tag;
import io.helidon.metrics.api.Timer;
import io.helidon.service.registry.Services;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/** Makes meters in the process's registry, all prefixed {@code heliograph_}. */
final class Meters {

    private static final String PREFIX = "heliograph_";

    /** Latency from one millisecond to one second. */
    private static final Duration[] LATENCY = millis(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000);

    /** From connections that break at once to those that live for days. */
    private static final Duration[] LIFETIME =
            millis(1_000, 10_000, 60_000, 600_000, 3_600_000, 21_600_000, 86_400_000);

    private static final double[] NO_QUANTILES = {};

    private final MeterRegistry registry = Services.get(MeterRegistry.class);

    Counter counter(String name, String description) {
        return registry.getOrCreate(Counter.builder(PREFIX + name).description(description));
    }

    /** A counter per value of one label. */
    Labelled labelled(String name, String description, String label) {
        return new Labelled(name, description, List.of(), label);
    }

    /** The same with a further, fixed label. */
    Labelled labelled(String name, String description, Tag fixed, String label) {
        return new Labelled(name, description, List.of(fixed), label);
    }

    /* Buckets only: quantiles of one process cannot be added up over gateways, and cost memory. */

    Timer latency(String name, String description) {
        return registry.getOrCreate(
                Timer.builder(PREFIX + name)
                        .description(description)
                        .buckets(LATENCY)
                        .percentiles(NO_QUANTILES));
    }

    Timer lifetime(String name, String description) {
        return registry.getOrCreate(
                Timer.builder(PREFIX + name)
                        .description(description)
                        .buckets(LIFETIME)
                        .percentiles(NO_QUANTILES));
    }

    /** A gauge on this source. It takes the place of an earlier one: a process has one of each. */
    <N extends Number> void gauge(String name, String description, Supplier<N> source) {
        registry.remove(PREFIX + name, List.of());
        registry.getOrCreate(Gauge.builder(PREFIX + name, source).description(description));
    }

    /** The same, one for each value of a label. */
    <N extends Number> void gauge(String name, String description, Tag tag, Supplier<N> source) {
        registry.remove(PREFIX + name, List.of(tag));
        registry.getOrCreate(
                Gauge.builder(PREFIX + name, source).description(description).addTag(tag));
    }

    private static Duration[] millis(long... values) {
        return LongStream.of(values).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
    }

    /** Counters that differ in one label, each resolved once. */
    final class Labelled {

        /** More values than all codes, frame types and reasons; beyond it something leaks in. */
        private static final int MAX_VALUES = 64;

        private static final String OTHER = "other";

        private final String name;
        private final String description;
        private final List<Tag> fixed;
        private final String label;
        private final Map<String, Counter> counters = new ConcurrentHashMap<>();

        private Labelled(String name, String description, List<Tag> fixed, String label) {
            this.name = name;
            this.description = description;
            this.fixed = fixed;
            this.label = label;
        }

        /** Shows these values from the start, so that a rate sees their first increase. */
        Labelled with(String... values) {
            for (String value : values) {
                counters.put(value, create(value));
            }
            return this;
        }

        void increment(String value) {
            Counter counter = counters.get(value);
            if (counter == null) {
                String bounded = counters.size() < MAX_VALUES ? value : OTHER;
                counter = counters.computeIfAbsent(bounded, this::create);
            }
            counter.increment();
        }

        private Counter create(String value) {
            Counter.Builder builder = Counter.builder(PREFIX + name).description(description);
            fixed.forEach(builder::addTag);
            return registry.getOrCreate(builder.addTag(Tag.create(label, value)));
        }
    }
}
