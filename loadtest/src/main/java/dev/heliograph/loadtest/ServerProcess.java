package dev.heliograph.loadtest;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Heliograph server in a process of its own, on loopback. It ends with this process, even by
 * SIGKILL.
 */
public final class ServerProcess implements AutoCloseable {

    private static final String MAIN_CLASS = "dev.heliograph.server.Main";

    /** A cold JVM on a busy machine takes a few seconds. */
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    private static final Pattern STARTED =
            Pattern.compile("http port \\d+, grpc port (\\d+|none), admin port \\d+");

    private final WatchedProcess process;
    private final String grpcPort;

    private ServerProcess(WatchedProcess process, Matcher ports) {
        this.process = process;
        this.grpcPort = ports.group(1);
    }

    /**
     * Starts a server and waits until its ports are open.
     *
     * @param settings keys below {@code heliograph}; ports are free ones unless they are given
     * @param jvmFlags of its Java
     * @param log file that its output is appended to
     */
    public static ServerProcess start(
            Map<String, String> settings, List<String> jvmFlags, Optional<Path> log)
            throws IOException, InterruptedException {
        Map<String, String> all =
                new HashMap<>(
                        Map.of(
                                "bind-address", "127.0.0.1",
                                "http-port", "0",
                                "grpc-port", "0",
                                "admin-port", "0"));
        all.putAll(settings);
        Map<String, String> environment = new HashMap<>();
        all.forEach((key, value) -> environment.put(variable(key), value));
        CompletableFuture<Matcher> started = new CompletableFuture<>();
        WatchedProcess process =
                WatchedProcess.start(
                        WatchedProcess.java(jvmFlags, MAIN_CLASS),
                        environment,
                        log,
                        line -> {
                            Matcher ports = STARTED.matcher(line);
                            if (ports.find()) {
                                started.complete(ports);
                            }
                        });
        var _ =
                process.ended()
                        .whenComplete(
                                (done, failure) ->
                                        started.completeExceptionally(
                                                new IOException("The server has ended")));
        try {
            return new ServerProcess(
                    process, started.get(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException | TimeoutException e) {
            process.close();
            throw new IOException(
                    "The server did not start. Its output ends:\n" + process.tail(), e);
        }
    }

    private static String variable(String key) {
        return "HELIOGRAPH_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** For signals. */
    public WatchedProcess process() {
        return process;
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** {@code host:port} of the Notify API. */
    public String notifyAddress() {
        return "127.0.0.1:" + grpcPort;
    }

    @Override
    public void close() {
        process.close();
    }
}
