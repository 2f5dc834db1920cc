package dev.heliograph.loadtest;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** A program in a process of its own that ends with this process, even by SIGKILL. */
public final class WatchedProcess implements AutoCloseable {

    /** The watchdog gives it 3 s; a machine that is busy takes longer to say so. */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    private static final int SIGNAL_TIMEOUT_S = 5;

    /** Shown when it does not start. */
    private static final int TAIL_LINES = 40;

    private final Process watchdog;
    private final long pid;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    /* Guarded by lock: the newest lines of output. */
    private final Deque<String> tail = new ArrayDeque<>();

    private WatchedProcess(Process watchdog, long pid) {
        this.watchdog = watchdog;
        this.pid = pid;
    }

    /**
     * Starts it.
     *
     * @param log file that its output is appended to, besides
     * @param lines hears each line of its output
     */
    public static WatchedProcess start(
            List<String> command,
            Map<String, String> environment,
            Optional<Path> log,
            Consumer<String> lines)
            throws IOException {
        List<String> watched =
                new ArrayList<>(List.of("bash", "-c", script(), "heliograph-watchdog"));
        watched.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(watched);
        builder.environment().putAll(environment);
        Process watchdog = builder.start();
        BufferedReader output = watchdog.inputReader(StandardCharsets.UTF_8);
        String pid = output.readLine();
        if (pid == null) {
            throw new IOException("The watchdog of " + command.getFirst() + " did not start");
        }
        WatchedProcess process = new WatchedProcess(watchdog, Long.parseLong(pid));
        Thread.ofVirtual().name("process-output").start(() -> process.follow(output, log, lines));
        return process;
    }

    /** The Java that runs this, with its class path; flags and the main class follow. */
    public static List<String> java(List<String> flags, String mainClass, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:+UseCompactObjectHeaders"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(List.of(arguments));
        return command;
    }

    public long pid() {
        return pid;
    }

    /** Whether it is there, be it stopped. */
    public boolean isAlive() {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    /** Completes when its output has ended, as it does with it. */
    public CompletableFuture<Void> ended() {
        return ended.copy();
    }

    /** Sends SIGKILL and waits for the end. */
    public void kill() {
        ProcessHandle.of(pid)
                .ifPresent(
                        process -> {
                            process.destroyForcibly();
                            process.onExit().join();
                        });
    }

    /** Sends SIGSTOP: connections stay open and nothing answers. */
    public void pause() throws IOException {
        signal("STOP");
    }

    /** Ends a pause. */
    public void resume() throws IOException {
        signal("CONT");
    }

    /** Sends SIGTERM and waits for the end, at most this long. */
    public boolean terminate(Duration patience) throws InterruptedException, IOException {
        signal("TERM");
        return watchdog.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void signal(String name) throws IOException {
        if (!isAlive()) {
            return;
        }
        try {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
            if (!kill.waitFor(SIGNAL_TIMEOUT_S, TimeUnit.SECONDS)) {
                kill.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while sending " + name, e);
        }
    }

    /** The newest lines of its output. */
    public String tail() {
        lock.lock();
        try {
            return String.join("\n", tail);
        } finally {
            lock.unlock();
        }
    }

    /** Stops it: SIGTERM, and SIGKILL after 3 s. */
    @Override
    public void close() {
        try {
            watchdog.getOutputStream().close();
            if (!watchdog.waitFor(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("A watchdog did not end");
            }
        } catch (IOException e) {
            throw new IllegalStateException("A watchdog cannot be told to end", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow(BufferedReader output, Optional<Path> log, Consumer<String> lines) {
        try (output;
                BufferedWriter file = log.isPresent() ? append(log.get()) : null) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                remember(line);
                lines.accept(line);
                if (file != null) {
                    file.write(line);
                    file.newLine();
                    file.flush();
                }
            }
            ended.complete(null);
        } catch (IOException e) {
            ended.completeExceptionally(e);
        }
    }

    private static BufferedWriter append(Path log) throws IOException {
        Files.createDirectories(log.toAbsolutePath().getParent());
        return Files.newBufferedWriter(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private void remember(String line) {
        lock.lock();
        try {
            tail.add(line);
            if (tail.size() > TAIL_LINES) {
                tail.remove();
            }
        } finally {
            lock.unlock();
        }
    }

    private static String script() throws IOException {
        try (var script = WatchedProcess.class.getResourceAsStream("watchdog.sh")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
