package dev.heliograph.server.redis;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalRedisTest {

    /** What the launcher promises: Redis is gone this soon after its owner's death. */
    private static final Duration GONE = Duration.ofSeconds(5);

    @TempDir Path directory;

    @Test
    void aBundledRedisAnswersIsPrivateAndLeavesNothing() throws Exception {
        Path home;
        long pid;
        try (LocalRedis redis = LocalRedis.startBundled(Optional.empty())) {
            pid = redis.pid();
            assertThat(redis.description(), startsWith("Redis 7.0.15 (bundled, "));
            home = Path.of(ask(redis, c -> c.configGet("dir")).get("dir"));
            assertThat(
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(home)),
                    is("rwx------"));
            assertThat(
                    PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(home.resolve("redis.conf"))),
                    is("rw-------"));
            assertThat(ask(redis, c -> c.configGet("bind")).get("bind"), equalTo("127.0.0.1"));
            assertThat(
                    ask(redis, c -> c.configGet("stream-node-max-bytes"))
                            .get("stream-node-max-bytes"),
                    equalTo("1024"));
            String password = redis.uri().getUserInfo().substring(1);
            String commandLine =
                    ProcessHandle.of(pid).orElseThrow().info().commandLine().orElseThrow();
            assertThat(commandLine, not(containsString(password)));
        }
        assertThat(ProcessHandle.of(pid).isPresent(), is(false));
        assertThat(Files.exists(home), is(false));
    }

    @Test
    void anInstalledRedisIsPreferredAndOneThatIsTooOldIsNot() throws Exception {
        Path old = Files.createDirectories(directory.resolve("old"));
        Path recent = Files.createDirectories(directory.resolve("recent"));
        program(old.resolve("redis-server"), "Redis server v=6.0.16 sha=0");
        program(recent.resolve("valkey-server"), "Valkey server v=8.0.1 sha=0");

        assertThat(RedisBinary.onPath(old.toString()), is(Optional.empty()));
        assertThat(
                RedisBinary.onPath(old + ":" + recent),
                is(
                        Optional.of(
                                new RedisBinary(
                                        recent.resolve("valkey-server"), "Valkey 8.0.1", false))));
    }

    @Test
    void dataSurvivesARestartInADataDirectory() throws Exception {
        try (LocalRedis redis = LocalRedis.start(Optional.of(directory))) {
            ask(redis, c -> c.set("kept", "yes"));
            IOException refused =
                    assertThrows(IOException.class, () -> LocalRedis.start(Optional.of(directory)));
            assertThat(
                    refused.getMessage(),
                    startsWith("Another Heliograph uses the data directory " + directory));
        }
        try (LocalRedis redis = LocalRedis.start(Optional.of(directory))) {
            assertThat(ask(redis, c -> c.get("kept")), is("yes"));
        }
    }

    @Test
    void redisIsGoneSoonAfterItsOwnerWasKilled() throws Exception {
        Process owner =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Owner.class.getName())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        ProcessHandle redis;
        Path home;
        try (BufferedReader said = owner.inputReader(StandardCharsets.UTF_8)) {
            redis = ProcessHandle.of(Long.parseLong(said.readLine())).orElseThrow();
            home = Path.of(said.readLine());
        } finally {
            owner.destroyForcibly();
        }
        assertThat(redis.isAlive(), is(true));

        redis.onExit().get(GONE.toMillis(), TimeUnit.MILLISECONDS);

        long deadline = System.nanoTime() + GONE.toNanos();
        while (Files.exists(home) && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(Files.exists(home), is(false));
    }

    /** Runs a Redis until it is killed; prints its process id and its directory. */
    static final class Owner {

        public static void main(String[] args) throws Exception {
            LocalRedis redis = LocalRedis.start(Optional.empty());
            System.out.println(redis.pid());
            System.out.println(ask(redis, c -> c.configGet("dir")).get("dir"));
            Thread.currentThread().join();
        }
    }

    private static <T> T ask(
            LocalRedis redis, Function<RedisCommands<String, String>, T> question) {
        RedisClient client = RedisClient.create(RedisURI.create(redis.uri()));
        try (var connection = client.connect()) {
            return question.apply(connection.sync());
        } finally {
            client.shutdown(0, 1, TimeUnit.SECONDS);
        }
    }

    private static void program(Path path, String says) throws IOException {
        Files.writeString(path, "#!/bin/sh\necho '" + says + "'\n");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
    }
}
