package dev.heliograph.loadtest.measure;

import java.util.Locale;

/** What is measured, with its unit. A run has those that its scenario yields. */
public enum Figure {
    SENT("notifications sent", Unit.COUNT, Better.NEITHER),
    FAILED("failed calls", Unit.COUNT, Better.LESS),
    DELIVERED("delivered", Unit.COUNT, Better.NEITHER),
    LOST("lost", Unit.COUNT, Better.LESS),
    DUPLICATES("duplicates", Unit.COUNT, Better.LESS),
    HOLES("holes", Unit.COUNT, Better.LESS),
    RESETS("resets", Unit.COUNT, Better.LESS),
    ENDED("connections that ended", Unit.COUNT, Better.LESS),
    UP("devices up at once", Unit.COUNT, Better.NEITHER),
    LEAST_READY("fewest devices with a session at once", Unit.COUNT, Better.MORE),
    SENT_PER_SECOND("notifications per second", Unit.PER_SECOND, Better.MORE),
    DELIVERED_PER_SECOND("deliveries per second", Unit.PER_SECOND, Better.MORE),
    P50("latency p50", Unit.MS, Better.LESS),
    P99("latency p99", Unit.MS, Better.LESS),
    P999("latency p99.9", Unit.MS, Better.LESS),
    MAX("latency max", Unit.MS, Better.LESS),
    P99_RATIO("latency p99, to that before", Unit.RATIO, Better.LESS),
    CALL_P50("call p50", Unit.MS, Better.LESS),
    CALL_P99("call p99", Unit.MS, Better.LESS),
    LAST_DEVICE_P50("until the last device, median", Unit.MS, Better.LESS),
    LAST_DEVICE_MAX("until the last device, slowest", Unit.MS, Better.LESS),
    DELIVERIES_PER_CPU_SECOND("deliveries per CPU-second", Unit.PER_SECOND, Better.MORE),
    GATEWAY_CPU("gateway CPU per delivery", Unit.MICROS, Better.LESS),
    INGEST_CPU("ingest CPU per notification", Unit.MICROS, Better.LESS),
    REDIS_CPU("Redis CPU per notification", Unit.MICROS, Better.LESS),
    DEVICE_CPU("device side CPU per delivery", Unit.MICROS, Better.NEITHER),
    IDLE_CPU("idle gateway CPU per device and second", Unit.MICROS, Better.LESS),
    RSS("RSS of all gateways", Unit.BYTES, Better.LESS),
    RSS_PER_CONNECTION("gateway RSS per connection", Unit.BYTES, Better.LESS),
    HEAP_PER_CONNECTION("gateway heap per connection", Unit.BYTES, Better.LESS),
    KERNEL_PER_CONNECTION("kernel memory per connection, both ends", Unit.BYTES, Better.LESS),
    REDIS_MEMORY_PER_CONNECTION("Redis memory per connection", Unit.BYTES, Better.LESS),
    CONNECTS_PER_SECOND("connects per second", Unit.PER_SECOND, Better.MORE),
    CONNECT_P50("connect p50", Unit.MS, Better.LESS),
    CONNECT_P95("connect p95", Unit.MS, Better.LESS),
    CONNECT_P99("connect p99", Unit.MS, Better.LESS),
    AWAY_P50("away p50", Unit.MS, Better.LESS),
    AWAY_P95("away p95", Unit.MS, Better.LESS),
    AWAY_P99("away p99", Unit.MS, Better.LESS),
    RECOVERY("until all devices were back", Unit.SECONDS, Better.LESS),
    REDIS_COMMANDS("Redis commands per notification", Unit.RATIO, Better.LESS),
    REDIS_BYTES("Redis network bytes per notification", Unit.BYTES, Better.LESS),
    GC_PAUSES("GC pauses", Unit.COUNT, Better.LESS),
    GC_PAUSE_MAX("longest GC pause", Unit.MS, Better.LESS),
    HEAP_SLOPE("gateway heap per minute", Unit.BYTES, Better.LESS),
    RSS_SLOPE("gateway RSS per minute", Unit.BYTES, Better.LESS),
    FILES_SLOPE("file descriptors per minute", Unit.RATIO, Better.LESS),
    REDIS_MEMORY_SLOPE("Redis memory per minute", Unit.BYTES, Better.LESS),
    SWARM_LAG_P99("the swarm's own lag p99", Unit.MS, Better.NEITHER);

    /** What a value counts. */
    public enum Unit {
        COUNT("%,.0f", ""),
        PER_SECOND("%,.0f", "/s"),
        RATIO("%,.2f", ""),
        MS("%,.2f", " ms"),
        MICROS("%,.2f", " µs"),
        SECONDS("%,.2f", " s"),
        BYTES("%,.0f", " B");

        private final String format;
        private final String suffix;

        Unit(String format, String suffix) {
            this.format = format;
            this.suffix = suffix;
        }
    }

    /** Which of two values is the better one. */
    public enum Better {
        LESS,
        MORE,
        NEITHER
    }

    private final String label;
    private final Unit unit;
    private final Better better;

    Figure(String label, Unit unit, Better better) {
        this.label = label;
        this.unit = unit;
        this.better = better;
    }

    /** For people. */
    public String label() {
        return label;
    }

    public Unit unit() {
        return unit;
    }

    public Better better() {
        return better;
    }

    /** For programs: the name and the unit, such as {@code p99_ms}. */
    public String key() {
        String name = name().toLowerCase(Locale.ROOT);
        return switch (unit) {
            case COUNT, RATIO -> name;
            case PER_SECOND -> name.endsWith("_second") ? name : name + "_per_second";
            case MS -> name + "_ms";
            case MICROS -> name + "_us";
            case SECONDS -> name + "_s";
            case BYTES -> name.endsWith("_bytes") ? name : name + "_bytes";
        };
    }

    /** A value with its unit. */
    public String shown(double value) {
        return String.format(Locale.ROOT, unit.format, value) + unit.suffix;
    }
}
