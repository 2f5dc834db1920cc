package dev.heliograph.loadtest.chaos.topology;

import dev.heliograph.loadtest.ServerProcess;
import dev.heliograph.server.redis.LocalPorts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One node of an installation: a server with one role that comes back at the same address. */
public final class ServerNode {

    /**
     * Small and quick to start: nodes are killed all the time, and the machine runs a dozen
     * processes besides.
     */
    private static final List<String> JVM_FLAGS =
            List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    /** A gateway drains for 2 s and has some seconds for its last connections. */
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);

    /** Longer than any Redis stays away. */
    private static final Duration START_PATIENCE = Duration.ofSeconds(60);

    private static final Duration RESTART_PAUSE = Duration.ofSeconds(1);

    /** What a node does. */
    public enum Role {
        /** Takes calls of backends. */
        NOTIFY,
        /** Holds devices. */
        GATEWAY;

        /** As the configuration has it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Role role;
    private final String name;
    private final int port;
    private final Map<String, String> settings;
    private final Path log;
    /* Null before the first start. */
    private volatile ServerProcess server;

    ServerNode(Role role, String name, Map<String, String> shared, Path log) throws IOException {
        this.role = role;
        this.name = name;
        this.port = LocalPorts.next();
        this.log = log;
        settings = new HashMap<>(shared);
        settings.put("roles", role.toString());
        settings.put("node", name);
        settings.put(role == Role.GATEWAY ? "http-port" : "grpc-port", Integer.toString(port));
    }

    public Role role() {
        return role;
    }

    /** Such as {@code gateway-1}. */
    public String name() {
        return name;
    }

    /** Where devices or backends reach it. */
    public int port() {
        return port;
    }

    /** The newest process id; 0 before its first start. */
    public long pid() {
        ServerProcess newest = server;
        return newest == null ? 0 : newest.process().pid();
    }

    /** Whether its process is there. */
    public boolean isAlive() {
        ServerProcess newest = server;
        return newest != null && newest.process().isAlive();
    }

    /**
     * Starts it and waits until its ports are open. A server that ends since it cannot reach Redis
     * is started again, as orchestrators do.
     */
    public void start() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_PATIENCE.toNanos();
        while (true) {
            ServerProcess before = server;
            if (before != null) {
                before.close();
            }
            try {
                server = ServerProcess.start(settings, JVM_FLAGS, Optional.of(log));
                return;
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(RESTART_PAUSE);
            }
        }
    }

    /** Sends SIGKILL. */
    public void kill() {
        server.process().kill();
    }

    /** Sends SIGSTOP. */
    public void pause() throws IOException {
        server.process().pause();
    }

    /** Sends SIGCONT. */
    public void resume() throws IOException {
        server.process().resume();
    }

    /** Ends it as an operator does, and starts it again. */
    public void restart() throws IOException, InterruptedException {
        if (!server.process().terminate(STOP_PATIENCE)) {
            kill();
        }
        start();
    }

    /** Ends it. */
    void close() {
        ServerProcess newest = server;
        if (newest != null) {
            newest.close();
        }
    }
}
