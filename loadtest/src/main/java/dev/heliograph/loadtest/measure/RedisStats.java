package dev.heliograph.loadtest.measure;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks a Redis for its figures, which also works for one on another machine. */
public final class RedisStats implements AutoCloseable {

    private static final Pattern VERSION = Pattern.compile("(?:redis|valkey)_version:(\\S+)");
    private static final Pattern COMMAND =
            Pattern.compile("(?m)^cmdstat_([^:]+):calls=(\\d+),usec=(\\d+)");
    private static final double MICROS_PER_SECOND = 1e6;

    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;

    /**
     * Its figures so far.
     *
     * @param cpuMicros user and system time of all its threads
     * @param commands calls by command, those of scripts included
     * @param netBytes in and out, with its clients
     * @param memoryBytes that its data takes now
     */
    public record Reading(
            long cpuMicros, Map<String, Long> commands, long netBytes, long memoryBytes) {

        /** Keeps a copy. */
        public Reading {
            commands = Map.copyOf(commands);
        }

        /** Calls of all commands. */
        public long calls() {
            return commands.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /** Connects. */
    public RedisStats(URI uri) {
        client = RedisClient.create(uri.toString());
        connection = client.connect();
    }

    /** User and system time of all its threads so far, in µs. */
    public long cpuMicros() {
        return cpuMicros(connection.sync().info("cpu"));
    }

    /** All figures at once. */
    public Reading read() {
        String info = connection.sync().info("everything");
        Map<String, Long> commands = new TreeMap<>();
        Matcher command = COMMAND.matcher(info);
        while (command.find()) {
            commands.put(command.group(1), Long.parseLong(command.group(2)));
        }
        return new Reading(
                cpuMicros(info),
                commands,
                (long)
                        (number(info, "total_net_input_bytes")
                                + number(info, "total_net_output_bytes")),
                (long) number(info, "used_memory"));
    }

    /** Keys that it holds, in all databases. */
    public long keys() {
        return connection.sync().dbsize();
    }

    /** As it calls itself. */
    public String version() {
        Matcher version = VERSION.matcher(connection.sync().info("server"));
        return version.find() ? version.group(1) : "of an unknown version";
    }

    private static long cpuMicros(String info) {
        return (long)
                ((number(info, "used_cpu_user") + number(info, "used_cpu_sys"))
                        * MICROS_PER_SECOND);
    }

    private static double number(String info, String field) {
        Matcher value = Pattern.compile("(?m)^" + field + ":(\\S+)").matcher(info);
        if (!value.find()) {
            throw new IllegalStateException("No " + field + " in Redis' INFO");
        }
        return Double.parseDouble(value.group(1));
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown();
    }
}
