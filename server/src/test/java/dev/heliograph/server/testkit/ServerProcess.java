package dev.heliograph.server.testkit;

import static dev.heliograph.server.testkit.Eventually.eventually;

import dev.heliograph.server.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A server in a process of its own, with this process' class path. */
public final class ServerProcess implements AutoCloseable {

    private static final Pattern UP =
            Pattern.compile("http port (\\d+), grpc port (\\d+|none), admin port (\\d+)");
    private static final int EXIT_SECONDS = 30;

    /** A machine that measures something else meanwhile starts it slowly. */
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final Process process;
    private final List<String> output = new CopyOnWriteArrayList<>();

    private ServerProcess(Map<String, String> settings, String... launcher) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher));
        command.addAll(
                List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> all =
                new java.util.HashMap<>(
                        Map.of(
                                "bind-address", "127.0.0.1",
                                "http-port", "0",
                                "grpc-port", "0",
                                "admin-port", "0"));
        all.putAll(settings);
        all.forEach((key, value) -> builder.environment().put(variable(key), value));
        process = builder.redirectErrorStream(true).start();
        Thread.ofVirtual().start(this::read);
    }

    /** Starts one; settings are keys below {@code heliograph}. It may fail to come up. */
    public static ServerProcess launch(Map<String, String> settings) throws IOException {
        return new ServerProcess(settings);
    }

    /** Starts one that may open so many files. It may fail to come up. */
    public static ServerProcess launch(int openFiles, Map<String, String> settings)
            throws IOException {
        String limited = "ulimit -n " + openFiles + " && exec \"$@\"";
        return new ServerProcess(settings, "sh", "-c", limited, "sh");
    }

    /** Starts one and waits until it is up. */
    public static ServerProcess start(Map<String, String> settings) throws IOException {
        ServerProcess server = new ServerProcess(settings);
        return server.awaitUp();
    }

    /** Returns when it is up. */
    public ServerProcess awaitUp() {
        try {
            eventually(
                    () -> "the server is up: " + output,
                    START_LIMIT,
                    () -> up().isPresent() || !process.isAlive());
            if (up().isEmpty()) {
                throw new IllegalStateException("It has ended: " + output);
            }
            return this;
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private static String variable(String key) {
        return "HELIOGRAPH_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().forEach(output::add);
        } catch (IOException | java.io.UncheckedIOException e) {
            output.add("(" + e.getMessage() + ")");
        }
    }

    private java.util.Optional<Matcher> up() {
        return output.stream().map(UP::matcher).filter(Matcher::find).findFirst();
    }

    /** Port of devices. */
    public int httpPort() {
        return Integer.parseInt(up().orElseThrow().group(1));
    }

    /** Port of the Notify API. */
    public int grpcPort() {
        return Integer.parseInt(up().orElseThrow().group(2));
    }

    /** Port of health and metrics. */
    public int adminPort() {
        return Integer.parseInt(up().orElseThrow().group(3));
    }

    /** What it has printed. */
    public List<String> output() {
        return output;
    }

    /** Sends SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    /** Sends SIGKILL and waits for the end. */
    public void kill() {
        process.destroyForcibly();
        exitCode();
    }

    /** How many files it has open, as Linux tells. */
    public int openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            return (int) files.count();
        }
    }

    /** Waits for the end. */
    public int exitCode() {
        try {
            if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("It has not ended within " + EXIT_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
