package dev.heliograph.client.store;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Positions in one small properties file, replaced as a whole on each save, so that a crash leaves
 * the old file or the new one. A power cut may bring back an older file; the notifications in
 * between then come again.
 */
public final class FilePositionStore implements PositionStore {

    private final Path file;
    private final ReentrantLock lock = new ReentrantLock();
    /* Guarded by lock. What the file holds. */
    private final Properties positions = new Properties();

    private FilePositionStore(Path file) {
        this.file = file;
    }

    /**
     * Opens a store. The directory must exist; the file need not.
     *
     * @throws IOException when the file is there and cannot be read
     */
    public static FilePositionStore open(Path file) throws IOException {
        FilePositionStore store = new FilePositionStore(file.toAbsolutePath());
        try (Reader reader = Files.newBufferedReader(file)) {
            store.positions.load(reader);
        } catch (NoSuchFileException e) {
            // A first start.
        } catch (IllegalArgumentException e) {
            throw new IOException("Not a position file: " + file + "; delete it to start anew", e);
        }
        return store;
    }

    @Override
    public Optional<String> load(String channel) {
        lock.lock();
        try {
            return Optional.ofNullable(positions.getProperty(channel));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void save(String channel, String position) throws IOException {
        lock.lock();
        try {
            positions.setProperty(channel, position);
            write();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void remove(String channel) throws IOException {
        lock.lock();
        try {
            positions.remove(channel);
            write();
        } finally {
            lock.unlock();
        }
    }

    private void write() throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try (Writer writer = Files.newBufferedWriter(next)) {
            positions.store(writer, null);
        }
        try {
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
