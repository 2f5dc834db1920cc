package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.loadtest.chaos.history.Loses;
import dev.heliograph.server.redis.RedisServer;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The Redis that takes over from a killed primary has a clock that is behind, by libfaketime; one
 * that stands alone comes back with such a clock itself, and with the right one in the end.
 */
record ClockBehind(Path library) implements Fault {

    private static final String BEHIND = "-5s";

    /**
     * It, when libfaketime is installed; only Redis programs that are linked dynamically hear it.
     */
    static Optional<Fault> ifInstalled() {
        try (DirectoryStream<Path> platforms =
                Files.newDirectoryStream(Path.of("/usr/lib"), "*-linux-gnu*")) {
            for (Path platform : platforms) {
                Path library = platform.resolve("faketime/libfaketimeMT.so.1");
                if (Files.exists(library)) {
                    return Optional.of(new ClockBehind(library));
                }
            }
        } catch (IOException _) {
            // Another operating system.
        }
        return Optional.empty();
    }

    @Override
    public String kind() {
        return "clock-behind";
    }

    @Override
    public Part part() {
        return Part.REDIS;
    }

    @Override
    public Span lasts() {
        return new Span(4, 8);
    }

    @Override
    public Attack aim(Scene scene, RandomGenerator random) throws IOException {
        RedisServer primary = RedisTargets.PRIMARY.any(scene, random);
        if (!scene.installation().kind().failsOver()) {
            return Attack.on(
                    primary.name(),
                    () -> restartBehind(primary),
                    () -> {
                        primary.kill();
                        RedisTargets.bringBack(scene, primary);
                    });
        }
        List<RedisServer> replicas = scene.installation().redis().replicasOf(primary);
        return new Attack(
                primary.name(),
                Loses.PRIMARY,
                () -> {
                    for (RedisServer replica : replicas) {
                        restartBehind(replica);
                    }
                    scene.installation().awaitWhole();
                    primary.kill();
                },
                () -> RedisTargets.bringBack(scene, primary));
    }

    private void restartBehind(RedisServer server) throws IOException {
        server.kill();
        server.start(
                Map.of(
                        // libfaketime cannot start below jemalloc, which asks for the time when it
                        // is first called; the C library's own malloc does not.
                        "LD_PRELOAD",
                        library + ":libc.so.6",
                        "FAKETIME",
                        BEHIND,
                        // Timeouts go by the monotonic clock, which is right.
                        "FAKETIME_DONT_FAKE_MONOTONIC",
                        "1"));
    }
}
