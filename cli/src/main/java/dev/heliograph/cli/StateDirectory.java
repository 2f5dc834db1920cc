package dev.heliograph.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import com.google.protobuf.util.Values;
import dev.heliograph.server.auth.TokenIssuer;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;

/**
 * {@code ~/.heliograph}, or {@code $HELIOGRAPH_HOME}: the development key, and {@code run.json} by
 * which commands in other terminals find the running {@code up}. Readable by its owner only.
 */
record StateDirectory(Path path) {

    private static final String ISSUER = "heliograph";
    private static final String AUDIENCE = "heliograph";

    /**
     * A running {@code up}.
     *
     * @param pid its process
     * @param startedMs when that process started: tells it from a later one with the same number
     * @param key the development key that its server trusts
     */
    record Run(long pid, long startedMs, int httpPort, int grpcPort, int adminPort, Path key) {

        boolean alive() {
            return ProcessHandle.of(pid).map(StateDirectory::startedMs).stream()
                    .anyMatch(started -> started == startedMs);
        }
    }

    /** The user's own. Made when it is not there. */
    static StateDirectory ofUser() {
        String home = System.getenv("HELIOGRAPH_HOME");
        return at(
                home == null || home.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".heliograph")
                        : Path.of(home));
    }

    static StateDirectory at(Path path) {
        try {
            Files.createDirectories(path);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new CommandException(
                    "Cannot use the directory " + path + ": " + e.getMessage(), e);
        }
        return new StateDirectory(path);
    }

    /** The development key in a directory. Made when it is not there. */
    static Path keyIn(Path directory) {
        Path key = directory.resolve("dev-key.json");
        try {
            TokenIssuer.createKey(key);
        } catch (FileAlreadyExistsException _) {
            // Made by an earlier start, and tokens of that time stay good.
        } catch (IOException e) {
            throw new CommandException("Cannot write the key " + key + ": " + e.getMessage(), e);
        }
        return key;
    }

    static TokenIssuer issuer(Path key) {
        try {
            return TokenIssuer.create(key, ISSUER, AUDIENCE);
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandException("Cannot use the key " + key + ": " + e.getMessage(), e);
        }
    }

    /**
     * The running {@code up} of this user; empty when there is none, or what is left of it is
     * stale.
     */
    Optional<Run> running() {
        try {
            Struct.Builder json = Struct.newBuilder();
            JsonFormat.parser().merge(Files.readString(runFile()), json);
            Run run =
                    new Run(
                            (long) number(json, "pid"),
                            (long) number(json, "startedMs"),
                            (int) number(json, "httpPort"),
                            (int) number(json, "grpcPort"),
                            (int) number(json, "adminPort"),
                            Path.of(json.getFieldsOrThrow("key").getStringValue()));
            return Optional.of(run).filter(Run::alive);
        } catch (NoSuchFileException
                | InvalidProtocolBufferException
                | IllegalArgumentException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new CommandException("Cannot read " + runFile() + ": " + e.getMessage(), e);
        }
    }

    /** Announces this process as the running {@code up}. The newest one wins. */
    void announce(int httpPort, int grpcPort, int adminPort, Path key) throws IOException {
        String json =
                """
                {
                  "pid": %d,
                  "startedMs": %d,
                  "httpPort": %d,
                  "grpcPort": %d,
                  "adminPort": %d,
                  "key": %s
                }
                """
                        .formatted(
                                ProcessHandle.current().pid(),
                                startedMs(ProcessHandle.current()),
                                httpPort,
                                grpcPort,
                                adminPort,
                                JsonFormat.printer()
                                        .print(Values.of(key.toAbsolutePath().toString())));
        Path next =
                Files.createTempFile(
                        path,
                        "run",
                        ".json",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        Files.writeString(next, json);
        Files.move(next, runFile(), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Takes the announcement back, unless a newer {@code up} has made its own. */
    void retract() throws IOException {
        if (running().filter(run -> run.pid() == ProcessHandle.current().pid()).isPresent()) {
            Files.deleteIfExists(runFile());
        }
    }

    private Path runFile() {
        return path.resolve("run.json");
    }

    private static double number(Struct.Builder json, String field) {
        return json.getFieldsOrThrow(field).getNumberValue();
    }

    private static long startedMs(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }
}
