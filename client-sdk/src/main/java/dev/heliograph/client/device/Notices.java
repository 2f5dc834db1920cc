package dev.heliograph.client.device;

import dev.heliograph.client.device.Diagnostic.Kind;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** Tells the app's listener what happened, one after the other, on the app's executor. */
final class Notices {

    private static final System.Logger LOG = System.getLogger(Notices.class.getName());

    /**
     * A listener this far behind is stuck: diagnostics are dropped, states and failures are not.
     */
    private static final int MAX_WAITING_DIAGNOSTICS = 1_000;

    private final DeviceListener listener;
    private final Executor executor;
    private final ReentrantLock lock = new ReentrantLock();
    /* Guarded by lock. */
    private final Queue<Consumer<DeviceListener>> waiting = new ArrayDeque<>();
    private boolean running;

    Notices(DeviceListener listener, Executor executor) {
        this.listener = listener;
        this.executor = executor;
    }

    void diagnostic(Kind kind, String channel, String message) {
        diagnostic(new Diagnostic(kind, channel, message, Optional.empty()));
    }

    void diagnostic(Kind kind, String channel, String message, Throwable cause) {
        diagnostic(new Diagnostic(kind, channel, message, Optional.of(cause)));
    }

    private void diagnostic(Diagnostic diagnostic) {
        lock.lock();
        try {
            if (waiting.size() >= MAX_WAITING_DIAGNOSTICS) {
                return;
            }
        } finally {
            lock.unlock();
        }
        tell(l -> l.onDiagnostic(diagnostic));
    }

    /** Queues a call of the listener. */
    void tell(Consumer<DeviceListener> notice) {
        lock.lock();
        try {
            waiting.add(notice);
            if (running) {
                return;
            }
            running = true;
        } finally {
            lock.unlock();
        }
        try {
            executor.execute(this::drain);
        } catch (RejectedExecutionException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The executor takes no more calls of the device listener",
                    e);
            lock.lock();
            try {
                running = false;
                waiting.clear();
            } finally {
                lock.unlock();
            }
        }
    }

    private void drain() {
        while (true) {
            Consumer<DeviceListener> notice;
            lock.lock();
            try {
                notice = waiting.poll();
                if (notice == null) {
                    running = false;
                    return;
                }
            } finally {
                lock.unlock();
            }
            try {
                notice.accept(listener);
            } catch (Throwable e) {
                // An Error too, such as a failed assertion: the notices after it are still owed.
                LOG.log(System.Logger.Level.WARNING, "A device listener threw", e);
            }
        }
    }
}
