package dev.heliograph.cli;

import static dev.heliograph.server.testkit.Eventually.eventually;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A launcher in a process of its own, as {@code ./heliograph up} starts it, in a home of its own.
 * Its temporary files go below the home too, so that a test sees what is left.
 */
final class RunningUp implements AutoCloseable {

    /** A cold JVM on a busy machine. */
    private static final int LIMIT_SECONDS = 60;

    private static final String LAST_LINE = "Ctrl-C stops it.";

    private final Path home;
    private final Process process;
    private final List<String> out = new CopyOnWriteArrayList<>();
    private final List<String> err = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Boolean> upOrEnded = new CompletableFuture<>();
    private final Thread outReader;
    private final Thread errReader;

    private RunningUp(Path home, Process process) {
        this.home = home;
        this.process = process;
        this.outReader = follow(process.inputReader(StandardCharsets.UTF_8), out);
        this.errReader = follow(process.errorReader(StandardCharsets.UTF_8), err);
    }

    /**
     * Starts it on free ports and waits until it is up or has ended.
     *
     * @param home gets its state, temporary files and a console of one page
     */
    static RunningUp start(Path home, String... options) throws Exception {
        Path console = Files.createDirectories(home.resolve("ts-client/dist/console"));
        Files.writeString(console.resolve("index.html"), "<title>Console</title>");
        Files.createDirectories(home.resolve("tmp"));
        List<String> command = new ArrayList<>();
        // A shell that runs tests in the background makes its children ignore Ctrl-C; up's own
        // shell does not.
        command.addAll(List.of("perl", "-e", "$SIG{INT} = 'DEFAULT'; exec @ARGV", "--"));
        command.addAll(java(home));
        command.addAll(List.of("up", "--no-open"));
        for (String option : List.of("--port", "--grpc-port", "--admin-port")) {
            if (!List.of(options).contains(option)) {
                command.addAll(List.of(option, "0"));
            }
        }
        command.addAll(List.of(options));
        RunningUp up = new RunningUp(home, process(home, command).start());
        up.upOrEnded.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        return up;
    }

    /** Runs a line that up printed, in a shell, with a {@code ./heliograph} that is this build. */
    static String shell(Path home, String line) throws Exception {
        Path launcher = home.resolve("heliograph");
        Files.writeString(
                launcher, "#!/bin/sh\nexec '" + String.join("' '", java(home)) + "' \"$@\"\n");
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
        Process run = process(home, List.of("bash", "-c", line)).redirectErrorStream(true).start();
        String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (run.waitFor() != 0) {
            throw new AssertionError(line + " ended with " + run.exitValue() + ":\n" + said);
        }
        return said;
    }

    /** The part of the output that the pattern's only group matches. */
    String said(String pattern) {
        Matcher matcher = Pattern.compile(pattern, Pattern.MULTILINE).matcher(out());
        if (!matcher.find()) {
            throw new AssertionError("No " + pattern + " in:\n" + out() + err());
        }
        return matcher.group(1);
    }

    int httpPort() {
        return Integer.parseInt(said("^Devices  ws://localhost:(\\d+)/v1/connect$"));
    }

    /** The device token that it printed. */
    String token() {
        return said("^(ey\\S+)$");
    }

    String out() {
        return String.join("\n", out) + "\n";
    }

    String err() {
        return String.join("\n", err);
    }

    /** The Redis that it started. */
    ProcessHandle redis() {
        return process.descendants()
                .filter(
                        child ->
                                child.info()
                                        .command()
                                        .filter(path -> path.matches(".*(redis|valkey).*"))
                                        .isPresent())
                .findFirst()
                .orElseThrow(() -> new AssertionError("It runs no Redis"));
    }

    boolean startedARedis() {
        return process.descendants().findAny().isPresent();
    }

    /** Sends a signal, such as INT. */
    void signal(String name) throws Exception {
        int code =
                new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor();
        if (code != 0) {
            throw new AssertionError("Cannot signal " + process.pid());
        }
    }

    /** Waits for its end. */
    int exitCode() throws Exception {
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("It does not end. It said:\n" + out() + err());
        }
        outReader.join();
        errReader.join();
        return process.exitValue();
    }

    /** What it has not cleaned up: its announcement, and temporary files. */
    List<String> left() {
        try (Stream<Path> files = Stream.concat(children(home), children(home.resolve("tmp")))) {
            Predicate<String> ours = name -> name.startsWith("run") || name.contains("heliograph-");
            return files.map(path -> path.getFileName().toString()).filter(ours).toList();
        }
    }

    /** Ends it if the test has not, and waits until its Redis is gone, too. */
    @Override
    public void close() {
        List<ProcessHandle> all = process.descendants().toList();
        process.destroy();
        eventually("up and its Redis end", () -> all.stream().noneMatch(ProcessHandle::isAlive));
        eventually("up ends", () -> !process.isAlive());
    }

    private Thread follow(BufferedReader reader, List<String> lines) {
        return Thread.ofVirtual()
                .start(
                        () -> {
                            try (reader) {
                                for (String line = reader.readLine();
                                        line != null;
                                        line = reader.readLine()) {
                                    lines.add(line);
                                    if (line.equals(LAST_LINE)) {
                                        upOrEnded.complete(true);
                                    }
                                }
                            } catch (IOException e) {
                                lines.add(e.toString());
                            }
                            if (lines == out) {
                                upOrEnded.complete(false);
                            }
                        });
    }

    private static List<String> java(Path home) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dheliograph.root=" + home,
                "-Djava.io.tmpdir=" + home.resolve("tmp"),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName());
    }

    private static ProcessBuilder process(Path home, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
        builder.environment().put("HELIOGRAPH_HOME", home.toString());
        builder.environment().remove("REDIS_URI");
        return builder;
    }

    private static Stream<Path> children(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
