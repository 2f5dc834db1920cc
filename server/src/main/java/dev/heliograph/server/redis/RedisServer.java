package dev.heliograph.server.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One Redis or Sentinel of a {@link RedisTopology}, which can be killed, stopped and brought back
 * at the same address. It belongs to its topology, which ends it.
 */
public final class RedisServer {

    /** Loading some hundred MB takes seconds. */
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);

    /** An answer that takes longer is that of a server that hangs. */
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(2);

    private static final long POLL_MS = 20;

    private final RedisServers owner;
    private final String name;
    private final int port;
    private final int announcedPort;
    private final Path home;
    private volatile long pid;

    RedisServer(RedisServers owner, String name, int port, int announcedPort, Path home) {
        this.owner = owner;
        this.name = name;
        this.port = port;
        this.announcedPort = announcedPort;
        this.home = home;
    }

    /** Such as {@code redis-1} or {@code sentinel-2}. */
    public String name() {
        return name;
    }

    /** Where it listens. */
    public int port() {
        return port;
    }

    /** Where the others and its clients are told to reach it. */
    public int announcedPort() {
        return announcedPort;
    }

    /** The newest process id. */
    public long pid() {
        return pid;
    }

    /** Whether the process is there, be it stopped. */
    public boolean isAlive() {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    /** What it says that it is now: {@code master}, {@code slave} or {@code sentinel}. */
    public String role() throws IOException {
        return ask("ROLE").lines().findFirst().orElseThrow();
    }

    /**
     * Sends one command, past any fault in front of the server.
     *
     * @return the answer as text; the parts of an array stand on lines of their own
     * @throws IOException when it does not answer, or with its error
     */
    public String ask(String... command) throws IOException {
        try (RespConnection connection = new RespConnection(port, COMMAND_TIMEOUT)) {
            if (!isSentinel()) {
                connection.ask("AUTH", owner.password());
            }
            return connection.ask(command);
        }
    }

    /** Sends SIGKILL and waits for the end. */
    public void kill() throws IOException {
        ProcessHandle process = ProcessHandle.of(pid).orElse(null);
        if (process != null) {
            process.destroyForcibly();
            process.onExit().join();
        }
    }

    /** Stops it with SIGSTOP: connections stay open and nothing answers. */
    public void pause() throws IOException {
        signal(pid, "STOP");
    }

    /** Ends a pause. */
    public void resume() throws IOException {
        signal(pid, "CONT");
    }

    /** Appends a line such as {@code appendonly yes} to its configuration, for the next start. */
    public void configure(String line) throws IOException {
        Files.writeString(configuration(), line + "\n", StandardOpenOption.APPEND);
    }

    /** Starts it, again at the same address and with the same files, and waits for an answer. */
    public void start() throws IOException {
        start(Map.of());
    }

    /**
     * The same with variables in its environment, such as those of libfaketime.
     *
     * @throws IOException when it does not answer, with the end of its log
     */
    public void start(Map<String, String> environment) throws IOException {
        List<String> command = new ArrayList<>();
        if (!environment.isEmpty()) {
            // It becomes the program, so that the process id is that of Redis.
            command.add("env");
            environment.forEach((key, value) -> command.add(key + "=" + value));
        }
        command.add(owner.binary().path().toString());
        command.add(configuration().toString());
        if (isSentinel()) {
            command.add("--sentinel");
        }
        pid = owner.keeper().start(home.resolve("redis.log"), command);
        awaitAnswer();
    }

    /** Sends a signal, such as {@code STOP}, to a process of one's own. */
    public static void signal(long pid, String signal) throws IOException {
        try {
            Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start();
            if (!kill.waitFor(5, TimeUnit.SECONDS)) {
                kill.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while sending " + signal, e);
        }
    }

    private boolean isSentinel() {
        return name.startsWith("sentinel");
    }

    private Path configuration() {
        return home.resolve("redis.conf");
    }

    private void awaitAnswer() throws IOException {
        IOException last = new IOException("it has ended");
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (isAlive() && System.nanoTime() < deadline) {
            try {
                ask("PING");
                return;
            } catch (IOException e) {
                last = e;
                Waiting.pause(POLL_MS);
            }
        }
        List<String> log = Files.readAllLines(home.resolve("redis.log"));
        throw new IOException(
                "%s did not start (%s). Its log ends:%n%s"
                        .formatted(
                                name,
                                last.getMessage(),
                                String.join(
                                        "\n",
                                        log.subList(Math.max(0, log.size() - 10), log.size()))),
                last);
    }
}
