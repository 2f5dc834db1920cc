package dev.heliograph.server.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Starts programs that are gone within 5 s of this process' end, even by SIGKILL: {@code keeper.sh}
 * sees to that, and removes their directory.
 */
final class ProcessKeeper implements AutoCloseable {

    private final Process shell;
    private final BufferedReader answers;
    private final ReentrantLock lock = new ReentrantLock();

    /** Keeps programs whose files are in the directory. */
    ProcessKeeper(Path directory) throws IOException {
        shell =
                new ProcessBuilder(
                                "bash", "-c", script(), "heliograph-keeper", directory.toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        answers = shell.inputReader(StandardCharsets.UTF_8);
    }

    /**
     * Starts a program.
     *
     * @param output file that its output is appended to
     * @return its process id
     */
    long start(Path output, List<String> command) throws IOException {
        lock.lock();
        try {
            String line = output + "\t" + String.join("\t", command) + "\n";
            shell.getOutputStream().write(line.getBytes(StandardCharsets.UTF_8));
            shell.getOutputStream().flush();
            String pid = answers.readLine();
            if (pid == null) {
                throw new IOException("The keeper of " + command.getFirst() + " has ended");
            }
            return Long.parseLong(pid);
        } finally {
            lock.unlock();
        }
    }

    /** Kills them all and waits until they are gone. Later calls do nothing. */
    @Override
    public void close() {
        try {
            shell.getOutputStream().close();
            // Bounded: it kills without asking.
            shell.onExit().join();
        } catch (IOException e) {
            throw new UncheckedIOException("The programs did not stop cleanly", e);
        }
    }

    private static String script() throws IOException {
        try (var script = ProcessKeeper.class.getResourceAsStream("keeper.sh")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
