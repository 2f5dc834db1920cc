package dev.heliograph.loadtest.chaos.history;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;

/**
 * Appends events to one file, each with one write to the kernel, so that a SIGKILL loses at most
 * the event that was being written. Several incarnations may append to a file one after the other.
 *
 * <p>Safe for any thread: an event gets its time under the lock, so times in a file never go back.
 */
public final class HistoryWriter implements AutoCloseable {

    /** What a file of a history is called. */
    public static final String SUFFIX = ".jsonl";

    private final FileChannel file;
    private final ReentrantLock lock = new ReentrantLock();

    private HistoryWriter(FileChannel file) {
        this.file = file;
    }

    /** Opens or makes {@code <directory>/<name>.jsonl}. */
    public static HistoryWriter open(Path directory, String name) throws IOException {
        return open(directory.resolve(name + SUFFIX));
    }

    /** Opens or makes a file. A line that a killed writer left torn is ended first. */
    public static HistoryWriter open(Path path) throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        boolean torn = endsTorn(path);
        FileChannel file =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        HistoryWriter writer = new HistoryWriter(file);
        if (torn) {
            writer.append("");
        }
        return writer;
    }

    private static boolean endsTorn(Path path) throws IOException {
        if (!Files.exists(path)) {
            return false;
        }
        try (FileChannel existing = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = existing.size();
            ByteBuffer last = ByteBuffer.allocate(1);
            return size > 0 && existing.read(last, size - 1) == 1 && last.get(0) != '\n';
        }
    }

    /** Writes the event that is made from the time of now; nothing once it is closed. */
    public void write(LongFunction<? extends HistoryEvent> event) {
        lock.lock();
        try {
            if (file.isOpen()) {
                append(HistoryJson.line(event.apply(System.nanoTime())));
            }
        } finally {
            lock.unlock();
        }
    }

    private void append(String line) {
        ByteBuffer bytes = ByteBuffer.wrap((line + '\n').getBytes(StandardCharsets.UTF_8));
        try {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The history cannot be written", e);
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException("The history cannot be closed", e);
        } finally {
            lock.unlock();
        }
    }
}
