package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.loadtest.chaos.topology.ServerNode;
import dev.heliograph.loadtest.chaos.topology.ServerNode.Role;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * A gateway that runs out of file descriptors: it can neither accept a device nor connect to Redis
 * until others are closed.
 */
record DescriptorLimit() implements Fault {

    private static final int TIMEOUT_S = 5;

    @Override
    public String kind() {
        return "gateway-fd-exhaustion";
    }

    @Override
    public Part part() {
        return Part.GATEWAY;
    }

    @Override
    public Span lasts() {
        return new Span(4, 12);
    }

    /** Linux has a command for it. */
    static Optional<Fault> ifPossible() {
        return Stream.of("/usr/bin/prlimit", "/bin/prlimit")
                        .map(Path::of)
                        .anyMatch(Files::isExecutable)
                ? Optional.of(new DescriptorLimit())
                : Optional.empty();
    }

    @Override
    public Attack aim(Scene scene, RandomGenerator random) throws IOException {
        ServerNode node = Nodes.any(scene, Role.GATEWAY, random);
        long pid = node.pid();
        String before =
                run("--pid", Long.toString(pid), "--nofile", "--output=SOFT", "--noheadings");
        return Attack.on(
                node.name(),
                // Of those that are open none is closed; the next one fails.
                () -> limit(pid, Long.toString(open(pid))),
                () -> limit(pid, before));
    }

    private static long open(long pid) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return open.count();
        }
    }

    private static void limit(long pid, String soft) throws IOException {
        // With a colon behind it the hard limit stays, so that it can be raised again.
        run("--pid", Long.toString(pid), "--nofile=" + soft + ':');
    }

    private static String run(String... arguments) throws IOException {
        String[] command =
                Stream.concat(Stream.of("prlimit"), Stream.of(arguments)).toArray(String[]::new);
        Process prlimit = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String output =
                    new String(prlimit.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                            .strip();
            if (!prlimit.waitFor(TIMEOUT_S, TimeUnit.SECONDS) || prlimit.exitValue() != 0) {
                prlimit.destroyForcibly();
                throw new IOException("prlimit has failed: " + output);
            }
            return output;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while limiting file descriptors", e);
        }
    }
}
