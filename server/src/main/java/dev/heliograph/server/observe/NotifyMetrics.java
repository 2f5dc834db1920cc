package dev.heliograph.server.observe;

import io.helidon.metrics.api.Counter;
import io.helidon.metrics.api.Timer;
import java.util.concurrent.TimeUnit;

/** What the Notify API counts. Every method is cheap enough for the hot path and never blocks. */
public final class NotifyMetrics {

    private final Meters meters = new Meters();
    private final Timer stored =
            meters.latency("notify_to_stored", "From a call coming in to the log having it");
    private final Counter duplicates =
            meters.counter("notify_duplicates", "Repeats of an idempotency key");
    private final Counter ephemerals =
            meters.counter(
                    "notify_ephemeral", "Ephemeral notifications handed on, one for each channel");
    private final Meters.Labelled failures =
            meters.labelled("notify_failures", "Failed calls and targets by gRPC code", "code");

    /** One notification was stored in one channel this long after its call came in. */
    public void stored(long sinceCallMs) {
        stored.record(sinceCallMs, TimeUnit.MILLISECONDS);
    }

    /** An idempotency key was met again. */
    public void duplicate() {
        duplicates.increment();
    }

    /** An ephemeral notification was handed to the gateways of one channel. */
    public void ephemeral() {
        ephemerals.increment();
    }

    /** A call or one of its targets failed with this gRPC code name. */
    public void failed(String code) {
        failures.increment(code);
    }
}
