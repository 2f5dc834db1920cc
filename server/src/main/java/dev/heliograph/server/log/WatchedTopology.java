package dev.heliograph.server.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** One that changes: a thread of its own looks at it, regularly and when told to. */
abstract class WatchedTopology implements Topology {

    private static final System.Logger LOGGER = System.getLogger(WatchedTopology.class.getName());

    /** Between two looks: answers that tell of a change come in bursts. */
    private static final Duration MIN_BETWEEN = Duration.ofMillis(100);

    private final ScheduledExecutorService watcher =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("redis-topology").daemon().factory());
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    /* Guarded by itself. */
    private final List<CompletableFuture<Void>> waiting = new ArrayList<>();

    /**
     * Looks once more, on the watcher's thread, at most for some seconds.
     *
     * @return whether the servers are others than before
     * @throws RuntimeException when nobody could be asked; what is known stays
     */
    abstract boolean look();

    /** Begins to look regularly. */
    final void watch(Duration every) {
        watcher.scheduleWithFixedDelay(
                this::lookOnce, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public final CompletableFuture<Void> refresh() {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        boolean first;
        synchronized (waiting) {
            first = waiting.isEmpty();
            waiting.add(mine);
        }
        if (first) {
            try {
                watcher.schedule(
                        this::answerWaiting, MIN_BETWEEN.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                LOGGER.log(System.Logger.Level.DEBUG, "The topology is closed");
                completeWaiting();
            }
        }
        return mine;
    }

    private void answerWaiting() {
        lookOnce();
        completeWaiting();
    }

    /** In the order in which they asked, since calls that go on then have an order. */
    private void completeWaiting() {
        List<CompletableFuture<Void>> answered;
        synchronized (waiting) {
            answered = List.copyOf(waiting);
            waiting.clear();
        }
        answered.forEach(asked -> asked.complete(null));
    }

    private void lookOnce() {
        Set<Endpoint> before = endpoints();
        try {
            if (look()) {
                LOGGER.log(
                        System.Logger.Level.INFO,
                        "Redis is served by {0} now, was by {1}",
                        endpoints(),
                        before);
                listeners.forEach(Runnable::run);
            }
        } catch (RuntimeException e) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "Who serves Redis cannot be asked, going on with {0}: {1}",
                    before,
                    e.getMessage());
        }
    }

    @Override
    public final void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** Ends the watcher; what it asked through is the subclass' to close, afterwards. */
    @Override
    public void close() {
        watcher.shutdownNow();
        try {
            if (!watcher.awaitTermination(5, TimeUnit.SECONDS)) {
                LOGGER.log(System.Logger.Level.WARNING, "The watcher of Redis does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        completeWaiting();
    }
}
