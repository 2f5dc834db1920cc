package dev.heliograph.server.tls;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Cuts connections whose peer takes too long where nobody else watches. Never waits itself. */
final class Deadlines implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Deadlines.class.getName());

    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(
                    1,
                    Thread.ofPlatform().daemon().name("tls-deadlines").factory(),
                    new ThreadPoolExecutor.DiscardPolicy());
    private final long limitMs;

    /** With a limit for each. */
    Deadlines(Duration limit) {
        limitMs = limit.toMillis();
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Closes the connection unless what is returned is closed in time. */
    Deadline of(Closeable connection) {
        ScheduledFuture<?> cut =
                timer.schedule(() -> cut(connection), limitMs, TimeUnit.MILLISECONDS);
        return () -> cut.cancel(false);
    }

    private static void cut(Closeable connection) {
        try {
            connection.close();
        } catch (IOException e) {
            LOG.log(Level.TRACE, "The connection was gone", e);
        }
    }

    /** No deadline is kept any more. */
    @Override
    public void close() {
        timer.shutdownNow();
    }

    /** Ends when it is closed. */
    interface Deadline extends AutoCloseable {
        @Override
        void close();
    }
}
