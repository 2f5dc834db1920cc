package dev.heliograph.server.log;

import dev.heliograph.server.testkit.Eventually;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** A Redis 7.2 or Valkey with an append-only file, since a distribution's may be older. */
record WaitAofServer(Process process, Path directory, int port, RedisClient client)
        implements AutoCloseable {

    /** Set by {@code scripts/test}, which fetches one. */
    static Optional<String> program() {
        return Optional.ofNullable(System.getenv("HELIOGRAPH_WAITAOF_SERVER"))
                .filter(path -> Files.isExecutable(Path.of(path)));
    }

    static WaitAofServer start(String program) throws IOException {
        Path directory = Files.createTempDirectory("heliograph-waitaof-");
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Process process =
                new ProcessBuilder(
                                program,
                                "--port",
                                Integer.toString(port),
                                "--bind",
                                "127.0.0.1",
                                "--dir",
                                directory.toString(),
                                "--save",
                                "",
                                "--appendonly",
                                "yes")
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("log").toFile())
                        .start();
        WaitAofServer server =
                new WaitAofServer(
                        process, directory, port, RedisClient.create("redis://127.0.0.1:" + port));
        Eventually.eventually("it answers", Duration.ofSeconds(20), server::answers);
        return server;
    }

    URI uri() {
        return URI.create("redis://127.0.0.1:" + port);
    }

    private boolean answers() {
        try {
            return "PONG".equals(ask("PING"));
        } catch (RedisException e) {
            return false;
        }
    }

    String ask(String command, String... args) {
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            CommandArgs<String, String> words = new CommandArgs<>(StringCodec.UTF8);
            Stream.of(args).forEach(words::add);
            return connection
                    .sync()
                    .dispatch(
                            CommandType.valueOf(command),
                            new StatusOutput<>(StringCodec.UTF8),
                            words);
        }
    }

    @Override
    public void close() throws IOException {
        client.shutdown();
        process.destroyForcibly();
        process.onExit().join();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
