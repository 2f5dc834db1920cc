package dev.heliograph.loadtest.chaos.topology;

import com.google.gson.Gson;
import dev.heliograph.loadtest.chaos.history.DeviceSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * A process with recorded devices that can vanish and come back. It ends by itself when its
 * standard input does, which is a pipe from this process.
 */
public final class DeviceHost implements AutoCloseable {

    /**
     * Stops a process until its own standard input ends: at the end of the pause, or with its
     * owner, so that nothing stays stopped for ever. Ctrl-C must not end it first.
     */
    private static final String PAUSE =
            "trap '' INT; kill -STOP \"$1\"; read -r _; kill -CONT \"$1\"";

    private static final long CLOSE_TIMEOUT_S = 15;

    private final String name;
    private final List<String> program;
    private final Path directory;
    private final Path history;
    private final List<DeviceSpec> specs;
    private final BiConsumer<String, Integer> onKilled;
    private int incarnation;
    /* Null before the first start. */
    private Process process;
    /* Null when it is not stopped. */
    private Process pause;

    /**
     * Nothing runs yet.
     *
     * @param name of its files
     * @param program what takes a history file and a devices file as arguments
     * @param directory for its files
     * @param history file that its devices append to
     * @param onKilled hears the name and the incarnation of each device that was killed, once it
     *     can write nothing more
     */
    public DeviceHost(
            String name,
            List<String> program,
            Path directory,
            Path history,
            List<DeviceSpec> specs,
            BiConsumer<String, Integer> onKilled) {
        this.name = name;
        this.program = List.copyOf(program);
        this.directory = directory;
        this.history = history;
        this.specs = List.copyOf(specs);
        this.onKilled = onKilled;
    }

    public String name() {
        return name;
    }

    /** Its devices. */
    public List<DeviceSpec> specs() {
        return specs;
    }

    /** Starts the next incarnation of all devices. */
    public void start() throws IOException {
        Path file = directory.resolve(name + ".devices.json");
        List<DeviceSpec> now = specs.stream().map(spec -> spec.incarnation(incarnation)).toList();
        Files.writeString(file, new Gson().toJson(now));
        List<String> command = new ArrayList<>(program);
        command.add(history.toString());
        command.add(file.toString());
        process =
                new ProcessBuilder(command)
                        .redirectError(
                                ProcessBuilder.Redirect.appendTo(
                                        directory.resolve(name + ".log").toFile()))
                        .start();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        String line = output.readLine();
        while (line != null && !line.equals("ready")) {
            line = output.readLine();
        }
        if (line == null) {
            throw new IOException(
                    name + " did not start. " + Files.readString(directory.resolve(name + ".log")));
        }
        Thread.ofVirtual().name("device-output").start(() -> drain(output));
    }

    private static void drain(BufferedReader output) {
        try (output) {
            String line = output.readLine();
            while (line != null) {
                line = output.readLine();
            }
        } catch (IOException _) {
            // It was killed.
        }
    }

    /** Kills it: the devices vanish, and what they have not saved is forgotten. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
        specs.forEach(spec -> onKilled.accept(spec.name(), incarnation));
        incarnation++;
    }

    /** Stops it with SIGSTOP: its devices read nothing and say nothing. */
    public void pause() throws IOException {
        pause =
                new ProcessBuilder(
                                "bash",
                                "-c",
                                PAUSE,
                                "heliograph-pause",
                                Long.toString(process.pid()))
                        .start();
    }

    /** Ends a pause. */
    public void resume() throws IOException {
        if (pause != null) {
            pause.getOutputStream().close();
            pause.onExit().join();
            pause = null;
        }
    }

    /** Ends all devices in good order. */
    @Override
    public void close() {
        try {
            resume();
            if (process != null) {
                process.getOutputStream().close();
                if (!process.waitFor(CLOSE_TIMEOUT_S, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            }
        } catch (IOException _) {
            process.destroyForcibly();
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
