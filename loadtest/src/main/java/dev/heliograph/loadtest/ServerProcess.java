package dev.heliograph.loadtest;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Heliograph server in a process of its own, on free loopback ports. It ends with this process,
 * even by SIGKILL.
 */
final class ServerProcess implements AutoCloseable {

    private static final String MAIN_CLASS = "dev.heliograph.server.Main";

    /** A cold JVM on a busy machine takes a few seconds. */
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    /** Shown when it does not start. */
    private static final int LOG_TAIL_LINES = 40;

    private static final Pattern STARTED =
            Pattern.compile("http port (\\d+), grpc port (\\d+), admin port (\\d+)");

    private final Process watchdog;
    private final long pid;
    private final CompletableFuture<Matcher> started = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    /* Guarded by lock: the newest lines of output. */
    private final Deque<String> tail = new ArrayDeque<>();
    private int httpPort;
    private int grpcPort;

    private ServerProcess(Process watchdog, BufferedReader output) throws IOException {
        this.watchdog = watchdog;
        String line = output.readLine();
        if (line == null) {
            throw new IOException("The watchdog of the server did not start");
        }
        this.pid = Long.parseLong(line);
        Thread.ofVirtual().name("server-output").start(() -> follow(output));
    }

    /**
     * Starts a server with both roles and waits until its ports are open.
     *
     * @param jwks the key set that it trusts
     */
    static ServerProcess start(URI redis, Path jwks) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("bash", "-c", watchdogScript(), "heliograph-watchdog"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:+UseCompactObjectHeaders",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MAIN_CLASS));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment()
                .putAll(
                        Map.of(
                                "HELIOGRAPH_BIND_ADDRESS", "127.0.0.1",
                                "HELIOGRAPH_HTTP_PORT", "0",
                                "HELIOGRAPH_GRPC_PORT", "0",
                                "HELIOGRAPH_ADMIN_PORT", "0",
                                "HELIOGRAPH_REDIS_URI", redis.toString(),
                                "HELIOGRAPH_AUTH_JWKS", jwks.toString()));
        Process watchdog = builder.start();
        ServerProcess server =
                new ServerProcess(watchdog, watchdog.inputReader(StandardCharsets.UTF_8));
        try {
            Matcher ports = server.started.get(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            server.httpPort = Integer.parseInt(ports.group(1));
            server.grpcPort = Integer.parseInt(ports.group(2));
            return server;
        } catch (ExecutionException | TimeoutException e) {
            String log = server.tail();
            server.close();
            throw new IOException("The server did not start. Its output ends:\n" + log, e);
        }
    }

    long pid() {
        return pid;
    }

    String deviceUrl() {
        return "ws://127.0.0.1:" + httpPort + "/v1/connect";
    }

    String notifyAddress() {
        return "127.0.0.1:" + grpcPort;
    }

    /** The newest lines of its output. */
    String tail() {
        lock.lock();
        try {
            return String.join("\n", tail);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        try {
            watchdog.getOutputStream().close();
            if (!watchdog.waitFor(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("The server's watchdog did not end");
            }
        } catch (IOException e) {
            throw new IllegalStateException("The server's watchdog cannot be told to end", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow(BufferedReader output) {
        try (output) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                remember(line);
                Matcher ports = STARTED.matcher(line);
                if (ports.find()) {
                    started.complete(ports);
                }
            }
            started.completeExceptionally(new IOException("The server has ended"));
        } catch (IOException e) {
            started.completeExceptionally(e);
        }
    }

    private void remember(String line) {
        lock.lock();
        try {
            tail.add(line);
            if (tail.size() > LOG_TAIL_LINES) {
                tail.remove();
            }
        } finally {
            lock.unlock();
        }
    }

    private static String watchdogScript() throws IOException {
        try (var script = ServerProcess.class.getResourceAsStream("watchdog.sh")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
