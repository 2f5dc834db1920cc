package dev.heliograph.loadtest.measure;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Memory at a moment, after a full collection of the gateways that are Java has given back what it
 * freed.
 *
 * @param rss resident memory of all gateways, in bytes
 * @param heap their live heap, in bytes; none when one of them is not Java
 * @param kernel of the whole machine, in bytes
 * @param redis that its data takes, in bytes; 0 when it cannot be asked
 */
public record Memory(long rss, OptionalLong heap, long kernel, long redis) {

    private static final Duration LOOK_PERIOD = Duration.ofMillis(100);

    /** So many times in a row without a fall by one part of {@link #STEADY_PART}. */
    private static final int STEADY_LOOKS = 3;

    private static final int STEADY_PART = 200;

    /** Ten seconds. */
    private static final int MOST_LOOKS = 100;

    /** Reads it. */
    public static Memory read(List<Long> gateways, Optional<RedisStats> redis)
            throws IOException, InterruptedException {
        long rss = 0;
        long heap = 0;
        boolean allJava = true;
        for (long pid : gateways) {
            OptionalLong live = JavaProcess.liveHeapBytes(pid);
            allJava &= live.isPresent();
            heap += live.orElse(0);
        }
        for (long pid : gateways) {
            rss += settledRss(pid);
        }
        return new Memory(
                rss,
                allJava ? OptionalLong.of(heap) : OptionalLong.empty(),
                KernelMemory.bytes(),
                redis.map(it -> it.read().memoryBytes()).orElse(0L));
    }

    /** A collector gives memory back little by little, after the collection. */
    private static long settledRss(long pid) throws IOException, InterruptedException {
        long least = ProcStat.rssBytes(pid);
        int steady = 0;
        for (int looks = 0; steady < STEADY_LOOKS && looks < MOST_LOOKS; looks++) {
            Thread.sleep(LOOK_PERIOD);
            long now = ProcStat.rssBytes(pid);
            steady = now < least - least / STEADY_PART ? 0 : steady + 1;
            least = Math.min(least, now);
        }
        return least;
    }

    /** What each of the connections that have come since costs. */
    public Map<Figure, Double> perConnection(Memory before, int connections) {
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        if (rss == 0) {
            // Processes of another machine.
            return figures;
        }
        figures.put(Figure.RSS, (double) rss);
        figures.put(Figure.RSS_PER_CONNECTION, (double) (rss - before.rss) / connections);
        if (heap.isPresent() && before.heap.isPresent()) {
            figures.put(
                    Figure.HEAP_PER_CONNECTION,
                    (double) (heap.getAsLong() - before.heap.getAsLong()) / connections);
        }
        figures.put(Figure.KERNEL_PER_CONNECTION, (double) (kernel - before.kernel) / connections);
        figures.put(
                Figure.REDIS_MEMORY_PER_CONNECTION, (double) (redis - before.redis) / connections);
        return figures;
    }
}
