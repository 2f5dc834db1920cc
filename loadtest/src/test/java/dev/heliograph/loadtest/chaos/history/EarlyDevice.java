package dev.heliograph.loadtest.chaos.history;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A device that says of a notification that it is handled before its handler has finished. */
public final class EarlyDevice {

    /** Longer than positions wait to be saved. */
    private static final long LATER_MS = 150;

    private EarlyDevice() {}

    /** Starts it. */
    public static RecordingDevice start(DeviceSpec spec, HistoryWriter history) throws IOException {
        return RecordingDevice.start(
                spec,
                history,
                (delivery, handler) -> {
                    CompletableFuture.delayedExecutor(LATER_MS, TimeUnit.MILLISECONDS)
                            .execute(handler);
                    return CompletableFuture.completedFuture(null);
                });
    }
}
