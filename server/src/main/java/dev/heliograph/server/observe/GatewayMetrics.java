package dev.heliograph.server.observe;

import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** What a gateway counts. Every method is cheap enough for the hot path and never blocks. */
public final class GatewayMetrics {

    /** A connection was upgraded. */
    public void connectionOpened() {}

    /**
     * An upgraded connection ended; {@code reason} is a close code's label, or {@code lost} without
     * a close frame.
     */
    public void connectionEnded(String reason, long lifetimeMs) {}

    /** A connection was refused before the upgrade; {@code reason} is the verdict's code. */
    public void connectionRefused(String reason) {}

    /** A frame came from a device; {@code type} is the oneof case in lower case. */
    public void frameIn(String type) {}

    /** A frame was queued for a device. */
    public void frameOut(String type) {}

    /** A Deliver was handed to a session's outbox this long after the Notify API accepted it. */
    public void sent(long sinceNotifyMs) {}

    /** An Ack came this long after the notification at its position was stored. */
    public void acked(long sinceStoredMs) {}

    /** A Subscribe with a position was answered; {@code outcome} in lower case. */
    public void resumed(String outcome) {}

    /** A channel's chain was broken and repaired from the log. */
    public void repaired() {}

    /** A mailbox generation began for this reason. */
    public void newGeneration(String reason) {}

    /** Where to read the number of live connections. */
    public void watchConnections(LongSupplier connections) {}

    /** Where to read the bytes in all outboxes. */
    public void watchOutboxBytes(LongSupplier bytes) {}

    /** Where to read the age of the oldest mailbox entry not yet read, in seconds. */
    public void watchMailboxLag(DoubleSupplier seconds) {}
}
