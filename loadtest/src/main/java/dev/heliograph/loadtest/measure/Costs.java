package dev.heliograph.loadtest.measure;

import java.io.IOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * CPU time, Redis commands and bytes, and pauses of an interval. A process that came or went within
 * it counts with what was seen of it.
 */
public final class Costs {

    /** The part that devices connect to. */
    public static final String GATEWAY = "gateway";

    private static final double MICROS_PER_SECOND = 1e6;

    private final Meter meter;
    private final Map<Long, Long> cpuBefore;
    private final Optional<RedisStats.Reading> redisBefore;

    /**
     * What is looked at: the processes of an installation, its Redis, and the swarm's processes.
     */
    public interface Meter {

        /** Process ids of the system by part. */
        Map<String, List<Long>> parts();

        /** Process ids of the device side. */
        List<Long> devices();

        /** None when it cannot be asked. */
        Optional<RedisStats> redis();

        GcLogs gcLogs();
    }

    private Costs(Meter meter) throws IOException {
        this.meter = meter;
        this.cpuBefore = cpu(meter);
        this.redisBefore = meter.redis().map(RedisStats::read);
        meter.gcLogs().next();
    }

    /** The interval begins now. */
    public static Costs begin(Meter meter) throws IOException {
        return new Costs(meter);
    }

    /**
     * The interval ends now.
     *
     * @param notifications that were sent in it
     * @param deliveries that they led to
     */
    public Map<Figure, Double> end(long notifications, long deliveries) throws IOException {
        Optional<RedisStats.Reading> redisAfter = meter.redis().map(RedisStats::read);
        Map<Long, Long> cpuAfter = cpu(meter);
        double gateway = 0;
        double others = 0;
        for (Map.Entry<String, List<Long>> part : meter.parts().entrySet()) {
            double used = spent(part.getValue(), cpuAfter);
            if (part.getKey().equals(GATEWAY)) {
                gateway += used;
            } else {
                others += used;
            }
        }
        double redis =
                redisAfter.isEmpty()
                        ? 0
                        : redisAfter.get().cpuMicros() - redisBefore.orElseThrow().cpuMicros();
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        if (deliveries > 0 && !meter.parts().isEmpty()) {
            double all = gateway + others + redis;
            figures.put(
                    Figure.DELIVERIES_PER_CPU_SECOND,
                    deliveries * MICROS_PER_SECOND / Math.max(1, all));
            figures.put(Figure.GATEWAY_CPU, gateway / deliveries);
            figures.put(Figure.DEVICE_CPU, spent(meter.devices(), cpuAfter) / deliveries);
        }
        if (notifications > 0 && !meter.parts().isEmpty()) {
            figures.put(Figure.INGEST_CPU, others / notifications);
        }
        if (notifications > 0 && redisAfter.isPresent()) {
            RedisStats.Reading before = redisBefore.orElseThrow();
            RedisStats.Reading after = redisAfter.get();
            figures.put(Figure.REDIS_CPU, redis / notifications);
            figures.put(
                    Figure.REDIS_COMMANDS,
                    (double) (after.calls() - before.calls()) / notifications);
            figures.put(
                    Figure.REDIS_BYTES,
                    (double) (after.netBytes() - before.netBytes()) / notifications);
        }
        GcLogs.Pauses pauses = meter.gcLogs().next();
        figures.put(Figure.GC_PAUSES, (double) pauses.count());
        figures.put(Figure.GC_PAUSE_MAX, pauses.maxMs());
        return figures;
    }

    /** CPU time of the gateways since the interval began, in µs. */
    public double gatewayMicros() throws IOException {
        return spent(meter.parts().getOrDefault(GATEWAY, List.of()), cpu(meter));
    }

    private double spent(List<Long> pids, Map<Long, Long> after) {
        return pids.stream()
                .mapToLong(pid -> after.getOrDefault(pid, 0L) - cpuBefore.getOrDefault(pid, 0L))
                .sum();
    }

    private static Map<Long, Long> cpu(Meter meter) throws IOException {
        Map<Long, Long> cpu = new HashMap<>();
        for (List<Long> pids : meter.parts().values()) {
            read(pids, cpu);
        }
        read(meter.devices(), cpu);
        return cpu;
    }

    private static void read(List<Long> pids, Map<Long, Long> cpu) throws IOException {
        for (long pid : pids) {
            cpu.put(pid, ProcStat.cpuMicros(pid));
        }
    }
}
