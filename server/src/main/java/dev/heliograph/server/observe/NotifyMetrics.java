package dev.heliograph.server.observe;

/** What the Notify API counts. Every method is cheap enough for the hot path and never blocks. */
public final class NotifyMetrics {

    /** One notification was stored in one channel this long after its call came in. */
    public void stored(long sinceCallMs) {}

    /** An idempotency key was met again. */
    public void duplicate() {}

    /** A call or one of its targets failed with this gRPC code name. */
    public void failed(String code) {}
}
