package dev.heliograph.loadtest.peer.launch;

import dev.heliograph.loadtest.WatchedProcess;
import dev.heliograph.loadtest.peer.Installation.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;

/**
 * The gateway processes of another system, on loopback. They end with this process, even by
 * SIGKILL.
 */
public final class GatewayFleet implements AutoCloseable {

    /** A cold start takes a second; on a busy machine many. */
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    /** For an orderly end, after which a gateway is killed. */
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);

    private final String name;
    private final Path directory;
    private final GatewayProgram.Maker programs;
    /* By number; changed by restarts only. */
    private final List<Gateway> gateways = new CopyOnWriteArrayList<>();

    /** One of them. */
    private record Gateway(WatchedProcess process, int port) {}

    private GatewayFleet(String name, Path directory, GatewayProgram.Maker programs) {
        this.name = name;
        this.directory = directory;
        this.programs = programs;
    }

    /**
     * Starts gateways and waits until their ports are open.
     *
     * @param name of the system, for log files and messages
     * @param directory that gets a log file for each
     * @throws IOException when one does not start, with the end of what it said; none is left then
     */
    public static GatewayFleet start(
            String name, int gateways, Path directory, GatewayProgram.Maker programs)
            throws IOException, InterruptedException {
        GatewayFleet fleet = new GatewayFleet(name, directory, programs);
        try {
            for (int i = 0; i < gateways; i++) {
                fleet.gateways.add(fleet.start(i, 0));
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            fleet.close();
            throw e;
        }
        return fleet;
    }

    /** {@code host:port} of each. */
    public List<String> targets() {
        return gateways.stream().map(gateway -> "127.0.0.1:" + gateway.port()).toList();
    }

    /** The processes that run, as parts of this name. */
    public List<Part> parts(String part) {
        return gateways.stream()
                .map(Gateway::process)
                .filter(WatchedProcess::isAlive)
                .map(process -> new Part(part, process.pid()))
                .toList();
    }

    /** Ends one in good order, by SIGTERM, and starts it again at the same port. */
    public void restart(int number) throws IOException, InterruptedException {
        Gateway gateway = gateways.get(number);
        gateway.process().terminate(STOP_PATIENCE);
        gateway.process().close();
        gateways.set(number, start(number, gateway.port()));
    }

    /** Ends one by SIGKILL; it stays down. */
    public void kill(int number) {
        gateways.get(number).process().kill();
    }

    /** The last lines that one has printed. */
    public String output(int number) {
        return gateways.get(number).process().tail();
    }

    @Override
    public void close() {
        List<Gateway> ending = new ArrayList<>(gateways);
        gateways.clear();
        // Each may take seconds to end.
        try (var closing = Executors.newVirtualThreadPerTaskExecutor()) {
            ending.forEach(gateway -> closing.execute(gateway.process()::close));
        }
    }

    private Gateway start(int number, int port) throws IOException, InterruptedException {
        GatewayProgram program = programs.make(number, port);
        CompletableFuture<Integer> open = new CompletableFuture<>();
        WatchedProcess process =
                WatchedProcess.start(
                        program.command(),
                        program.environment(),
                        Optional.of(directory.resolve(name + "-" + number + ".log")),
                        line -> {
                            Matcher started = program.started().matcher(line);
                            if (started.find()) {
                                open.complete(
                                        started.groupCount() == 0
                                                ? port
                                                : Integer.parseInt(started.group(1)));
                            }
                        });
        var _ =
                process.ended()
                        .whenComplete(
                                (done, failure) ->
                                        open.completeExceptionally(
                                                new IOException("The process has ended")));
        try {
            return new Gateway(process, open.get(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException | TimeoutException e) {
            process.close();
            throw new IOException(
                    "Gateway %d of %s did not start. Its output ends:%n%s"
                            .formatted(number, name, process.tail()),
                    e);
        } catch (InterruptedException e) {
            process.close();
            throw e;
        }
    }
}
