package dev.heliograph.server.redis;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * The directory of one local Redis, readable by its owner only: configuration, log, data.
 *
 * @param directory where it is
 * @param lock held while a Redis of ours may write here; empty: a temporary directory, which the
 *     watchdog removes
 */
record RedisHome(Path directory, Optional<FileChannel> lock) implements AutoCloseable {

    /** What a watchdog may take to stop its Redis after its owner died, and one second more. */
    private static final Duration PREDECESSOR_TIMEOUT = Duration.ofSeconds(6);

    private static final int LOG_TAIL_LINES = 10;

    private static final Set<PosixFilePermission> OWNER_ONLY_FILE =
            PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNER_ONLY_DIRECTORY =
            PosixFilePermissions.fromString("rwx------");

    /** One that is removed at the end. */
    static RedisHome temporary() throws IOException {
        return new RedisHome(Files.createTempDirectory("heliograph-redis-"), Optional.empty());
    }

    /**
     * The one inside a data directory, once no other Redis writes there.
     *
     * @throws IOException when another process uses it
     */
    static RedisHome in(Path dataDirectory) throws IOException {
        Path directory = dataDirectory.toAbsolutePath().resolve("redis");
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, OWNER_ONLY_DIRECTORY);
        FileChannel channel =
                FileChannel.open(
                        directory.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        try {
            if (!locks(channel)) {
                throw inUse(dataDirectory, "Another Heliograph");
            }
            awaitPredecessor(directory, dataDirectory);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        return new RedisHome(directory, Optional.of(channel));
    }

    /** Whether the data outlives the Redis. */
    boolean keeps() {
        return lock.isPresent();
    }

    /**
     * Writes {@code redis.conf} and empties the log. The password stands in this file and not on
     * the command line, where every user of the machine could read it.
     */
    void prepare(int port, String password) throws IOException {
        Path configuration = directory.resolve("redis.conf");
        Files.deleteIfExists(configuration);
        Files.createFile(configuration, PosixFilePermissions.asFileAttribute(OWNER_ONLY_FILE));
        Files.writeString(
                configuration,
                """
                bind 127.0.0.1
                port %d
                requirepass %s
                dir %s
                pidfile %s
                save ""
                appendonly %s
                appendfsync everysec
                # A stream's first node takes 1.3 KB instead of 4.3 KB, and most inboxes are small.
                stream-node-max-bytes 1024
                # A user's only device takes 220 bytes instead of 310.
                hash-max-listpack-value 256
                # Never drop what was stored: a full Redis refuses writes.
                maxmemory 1gb
                maxmemory-policy noeviction
                """
                        .formatted(
                                port,
                                password,
                                quoted(directory),
                                quoted(directory.resolve("redis.pid")),
                                keeps() ? "yes" : "no"));
        Files.writeString(directory.resolve("redis.log"), "");
    }

    /** The last lines that Redis wrote. */
    String logTail() throws IOException {
        List<String> lines = Files.readAllLines(directory.resolve("redis.log"));
        return String.join(
                "\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
    }

    /** Lets others use it. The watchdog must be done. */
    @Override
    public void close() throws IOException {
        if (lock.isPresent()) {
            lock.get().close();
        }
    }

    private static String quoted(Path path) {
        return '"' + path.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static boolean locks(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException _) {
            // Held by this process itself.
            return false;
        }
    }

    /** A killed owner leaves its Redis up to 5 s more, in which two would write the same files. */
    private static void awaitPredecessor(Path directory, Path dataDirectory) throws IOException {
        Path pidFile = directory.resolve("redis.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        String pid = Files.readString(pidFile).strip();
        Optional<ProcessHandle> predecessor =
                Stream.of(pid)
                        .filter(text -> text.matches("\\d{1,9}"))
                        .flatMap(text -> ProcessHandle.of(Long.parseLong(text)).stream())
                        .filter(RedisHome::isRedis)
                        .findFirst();
        if (predecessor.isPresent()) {
            try {
                predecessor
                        .get()
                        .onExit()
                        .get(PREDECESSOR_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException | ExecutionException _) {
                throw inUse(dataDirectory, "Process " + pid);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("Interrupted while waiting for process " + pid, e);
            }
        }
        Files.deleteIfExists(pidFile);
    }

    private static boolean isRedis(ProcessHandle process) {
        return process.info().command().stream()
                .map(command -> Path.of(command).getFileName().toString())
                .anyMatch(name -> name.contains("redis") || name.contains("valkey"));
    }

    private static IOException inUse(Path dataDirectory, String who) {
        return new IOException(
                who
                        + " uses the data directory "
                        + dataDirectory
                        + ". Stop it, or choose another one.");
    }
}
