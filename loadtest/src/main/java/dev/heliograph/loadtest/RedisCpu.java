package dev.heliograph.loadtest;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks a Redis for its CPU time, which also works for one on another machine. */
final class RedisCpu implements AutoCloseable {

    private static final Pattern VERSION = Pattern.compile("(?:redis|valkey)_version:(\\S+)");
    private static final double MICROS_PER_SECOND = 1e6;

    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;

    RedisCpu(URI uri) {
        client = RedisClient.create(uri.toString());
        connection = client.connect();
    }

    /** User and system time of all its threads so far, in µs. */
    long micros() {
        String info = connection.sync().info("cpu");
        return (long)
                ((seconds(info, "used_cpu_user") + seconds(info, "used_cpu_sys"))
                        * MICROS_PER_SECOND);
    }

    String version() {
        Matcher version = VERSION.matcher(connection.sync().info("server"));
        return version.find() ? version.group(1) : "of an unknown version";
    }

    private static double seconds(String info, String field) {
        Matcher value = Pattern.compile("(?m)^" + field + ":(\\S+)").matcher(info);
        if (!value.find()) {
            throw new IllegalStateException("No " + field + " in INFO cpu");
        }
        return Double.parseDouble(value.group(1));
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown();
    }
}
