package dev.heliograph.server.log;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Watches how full the log's servers are. New notifications are refused before Redis is really
 * full, so that there is room for devices to read and to register.
 */
final class MemoryGuard implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(MemoryGuard.class.getName());

    /** The rest is for interest, cursors, mailboxes and Redis' own buffers. */
    private static final double MAX_USED = 0.85;

    /** At 10,000 publishes of 1 KB a second this is 10 MB. */
    private static final Duration EVERY = Duration.ofSeconds(1);

    private static final Pattern USED = Pattern.compile("(?m)^used_memory:(\\d+)");
    private static final Pattern MAX = Pattern.compile("(?m)^maxmemory:(\\d+)");

    private final RedisPipes control;
    private final Topology topology;
    private final Map<Endpoint, Boolean> full = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("redis-memory").daemon().factory());

    /** Looks regularly from now on. */
    MemoryGuard(RedisPipes control, Topology topology) {
        this.control = control;
        this.topology = topology;
        timer.scheduleWithFixedDelay(this::look, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether the server that has this key should take no more. */
    boolean isFull(String key) {
        return !full.isEmpty() && full.containsKey(topology.endpoint(key));
    }

    private void look() {
        full.keySet().retainAll(topology.endpoints());
        for (Endpoint endpoint : topology.endpoints()) {
            var _ =
                    control.on(endpoint, commands -> commands.info("memory"))
                            .whenComplete(
                                    (info, e) -> {
                                        // Who does not answer is not full but away, which calls
                                        // find out by themselves.
                                        if (e == null) {
                                            note(endpoint, info);
                                        }
                                    });
        }
    }

    private void note(Endpoint endpoint, String info) {
        long max = number(MAX, info);
        boolean now = max > 0 && number(USED, info) >= MAX_USED * max;
        boolean before = now ? full.put(endpoint, true) != null : full.remove(endpoint) != null;
        if (now != before) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    now
                            ? "Redis at {0} has used 85 % of its memory: new notifications are refused"
                            : "Redis at {0} has memory again",
                    endpoint);
        }
    }

    private static long number(Pattern pattern, String info) {
        Matcher matcher = pattern.matcher(info);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
