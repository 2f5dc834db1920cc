package dev.heliograph.server.gateway;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The one thread that does what is due by the clock. Its tasks never wait. */
final class GatewayTimer implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(GatewayTimer.class.getName());

    private final ScheduledExecutorService executor =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("gateway-timer").daemon().factory());

    /** Runs a task again and again. A failure is logged, and does not end it. */
    void every(long periodMs, Runnable task) {
        executor.scheduleAtFixedRate(guarded(task), periodMs, periodMs, TimeUnit.MILLISECONDS);
    }

    /** Runs a task once. */
    void after(long delayMs, Runnable task) {
        executor.schedule(guarded(task), delayMs, TimeUnit.MILLISECONDS);
    }

    /** The thread itself, for those who look after their failures. */
    ScheduledExecutorService executor() {
        return executor;
    }

    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOGGER.log(System.Logger.Level.ERROR, "A timer task failed", e);
            }
        };
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
