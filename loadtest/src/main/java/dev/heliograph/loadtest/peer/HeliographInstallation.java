package dev.heliograph.loadtest.peer;

import dev.heliograph.loadtest.ServerProcess;
import dev.heliograph.server.redis.LocalPorts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** One notify node and some gateways, at addresses that outlive a restart. */
final class HeliographInstallation implements Installation {

    /** Beyond the devices of an even share: restarts move some, and reconnects overlap. */
    private static final int SPARE_CONNECTIONS = 1_000;

    /** Below 20,000 file descriptors, a common limit, with room for Redis, logs and files. */
    private static final int MOST_CONNECTIONS = 19_000;

    /** A gateway gives its drain time and some 40 s for its last connections. */
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(110);

    /** A busy machine makes a first connection to Redis take too long. */
    private static final Duration START_PATIENCE = Duration.ofSeconds(30);

    private static final Duration RESTART_PAUSE = Duration.ofSeconds(1);

    private static final int BASE_HEAP_MB = 256;

    /**
     * Heap for a device, in KiB: what an idle one needs, several times, so that collections are
     * rare and a storm of handshakes fits.
     */
    private static final int HEAP_PER_DEVICE_KB = 40;

    private static final int KB_PER_MB = 1_024;

    private final Plan plan;
    private final Map<String, String> special;
    private final List<Integer> ports = new ArrayList<>();
    private final List<ServerProcess> gateways = new ArrayList<>();
    private ServerProcess ingest;
    private Publisher publisher;

    private HeliographInstallation(Plan plan, Map<String, String> special) {
        this.plan = plan;
        this.special = special;
    }

    static HeliographInstallation start(Plan plan, Map<String, String> settings)
            throws IOException, InterruptedException {
        HeliographInstallation installation = new HeliographInstallation(plan, settings);
        try {
            installation.start();
            return installation;
        } catch (IOException | InterruptedException | RuntimeException e) {
            installation.close();
            throw e;
        }
    }

    private void start() throws IOException, InterruptedException {
        for (int i = 0; i < plan.gateways(); i++) {
            ports.add(LocalPorts.next());
        }
        List<Future<ServerProcess>> starting = new ArrayList<>();
        Future<ServerProcess> notify;
        try (ExecutorService starters = Executors.newVirtualThreadPerTaskExecutor()) {
            notify = starters.submit(() -> start(settings("notify-1", "notify"), "notify-1", 0));
            for (int i = 0; i < plan.gateways(); i++) {
                int number = i;
                starting.add(starters.submit(() -> gateway(number)));
            }
        }
        // All have started or failed; those that have started are to be closed in any case.
        starting.stream()
                .filter(it -> it.state() == Future.State.SUCCESS)
                .forEach(it -> gateways.add(it.resultNow()));
        ingest = started(notify);
        for (Future<ServerProcess> gateway : starting) {
            started(gateway);
        }
        publisher = new HeliographPublisher(ingest.notifyAddress(), plan.credentials().jwks());
    }

    private static ServerProcess started(Future<ServerProcess> starting)
            throws IOException, InterruptedException {
        try {
            return starting.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e.getCause());
        }
    }

    private ServerProcess gateway(int number) throws IOException, InterruptedException {
        String name = "gateway-" + (number + 1);
        Map<String, String> settings = settings(name, "gateway");
        settings.put("http-port", Integer.toString(ports.get(number)));
        settings.put("gateway.max-connections", Integer.toString(maxConnections()));
        return start(settings, name, maxConnections());
    }

    /**
     * A server that ends since Redis was not quick enough is started again, as orchestrators do.
     */
    private ServerProcess start(Map<String, String> settings, String node, int connections)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_PATIENCE.toNanos();
        while (true) {
            try {
                return ServerProcess.start(settings, flags(node, connections), log(node));
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(RESTART_PAUSE);
            }
        }
    }

    /** With two gateways or more, the devices of one that restarts fit on the others. */
    private int maxConnections() {
        int others = Math.max(1, plan.gateways() - 1);
        return Math.min(MOST_CONNECTIONS, plan.devices() / others + SPARE_CONNECTIONS);
    }

    private Map<String, String> settings(String node, String role) {
        Map<String, String> settings = new HashMap<>(special);
        settings.put("roles", role);
        settings.put("node", node);
        settings.put("redis.uri", plan.redis().toString());
        settings.put("auth.jwks", plan.credentials().jwks().toString());
        return settings;
    }

    /** As the image starts it, with a heap for its devices in place of a share of a container. */
    private List<String> flags(String node, int connections) {
        List<String> flags =
                new ArrayList<>(
                        List.of(
                                "-Xmx"
                                        + (BASE_HEAP_MB
                                                + connections * HEAP_PER_DEVICE_KB / KB_PER_MB)
                                        + "m",
                                "-XX:MinHeapFreeRatio=10",
                                "-XX:MaxHeapFreeRatio=30",
                                "-XX:-UsePerfData",
                                "-XX:+ExitOnOutOfMemoryError",
                                "-Xlog:gc:file=" + plan.directory().resolve(node + ".gc.log")));
        flags.addAll(plan.jvmFlags());
        return flags;
    }

    private Optional<Path> log(String node) {
        return Optional.of(plan.directory().resolve(node + ".log"));
    }

    @Override
    public List<String> targets() {
        return ports.stream().map(port -> "127.0.0.1:" + port).toList();
    }

    @Override
    public String protocol() {
        return HeliographPeer.NAME;
    }

    @Override
    public Publisher publisher() {
        return publisher;
    }

    @Override
    public List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        parts.add(new Part("ingest", ingest.pid()));
        gateways.stream()
                .filter(gateway -> gateway.process().isAlive())
                .forEach(gateway -> parts.add(new Part("gateway", gateway.pid())));
        return parts;
    }

    @Override
    public void restart(int gateway) throws IOException, InterruptedException {
        ServerProcess before = gateways.get(gateway);
        boolean orderly = before.process().terminate(STOP_PATIENCE);
        before.close();
        if (!orderly) {
            throw new IOException(
                    "Gateway %d did not end within %d s"
                            .formatted(gateway + 1, STOP_PATIENCE.toSeconds()));
        }
        gateways.set(gateway, gateway(gateway));
    }

    @Override
    public void kill(int gateway) {
        gateways.get(gateway).process().kill();
    }

    @Override
    public void close() {
        if (publisher != null) {
            publisher.close();
        }
        List<Thread> ending =
                gateways.stream().map(node -> Thread.startVirtualThread(node::close)).toList();
        if (ingest != null) {
            ingest.close();
        }
        for (Thread thread : ending) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                // Their watchdogs end them in any case.
                Thread.currentThread().interrupt();
            }
        }
    }
}
