package dev.heliograph.server.websocket;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The threads that read connections which are the gateway's own, a virtual one for each. A parked
 * one holds a few frames of stack, where Helidon's would hold its whole way from the listener.
 */
final class Readers implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Readers.class.getName());

    /** For sockets that have been closed already: their readers have only to wake. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition fewer = lock.newCondition();
    /* Guarded by the lock. */
    private final Set<WebSocketConnection> reading = new HashSet<>();
    private boolean closed;

    /** Starts the reader of a connection; once this is closed, ends the connection instead. */
    void start(WebSocketConnection connection) {
        lock.lock();
        try {
            reading.add(connection);
            if (closed) {
                connection.close();
            }
        } finally {
            lock.unlock();
        }
        Thread.ofVirtual().name("device-reader").start(() -> run(connection));
    }

    private void run(WebSocketConnection connection) {
        try {
            connection.run();
        } finally {
            lock.lock();
            try {
                reading.remove(connection);
                fewer.signal();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Ends what still stands, and returns when all sessions have been told. */
    @Override
    public void close() {
        long left = CLOSE_TIMEOUT.toNanos();
        lock.lock();
        try {
            closed = true;
            reading.forEach(WebSocketConnection::close);
            while (!reading.isEmpty() && left > 0) {
                left = fewer.awaitNanos(left);
            }
            if (!reading.isEmpty()) {
                LOG.log(
                        Level.WARNING,
                        "{0} connections did not end in {1}",
                        reading.size(),
                        CLOSE_TIMEOUT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
