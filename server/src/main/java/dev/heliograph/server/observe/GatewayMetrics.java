package dev.heliograph.server.observe;

import io.helidon.metrics.api.Counter;
import io.helidon.metrics.api.Tag;
import io.helidon.metrics.api.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/** What a gateway counts. Every method is cheap enough for the hot path and never blocks. */
public final class GatewayMetrics {

    private static final String FRAMES = "frames";
    private static final String FRAMES_TEXT = "Frames by direction and type";

    private final Meters meters = new Meters();
    private final Counter opened =
            meters.counter("connections_opened", "Upgraded connections and event streams");
    private final Meters.Labelled ended =
            meters.labelled("connections_ended", "Ended connections by close code label", "reason");
    private final Meters.Labelled refused =
            meters.labelled(
                    "connections_refused", "Connections refused before the upgrade", "reason");
    private final Timer lifetime =
            meters.lifetime("connection_duration", "How long connections lived");
    private final Meters.Labelled in =
            meters.labelled(FRAMES, FRAMES_TEXT, Tag.create("direction", "in"), "type");
    private final Meters.Labelled out =
            meters.labelled(FRAMES, FRAMES_TEXT, Tag.create("direction", "out"), "type");
    private final Timer sent =
            meters.latency(
                    "notify_to_sent", "From the Notify API accepting it to a session's outbox");
    private final Counter droppedEphemerals =
            meters.counter(
                    "ephemeral_dropped",
                    "Ephemeral notifications that a subscription behind its channel did not get");
    private final Timer acked = meters.latency("stored_to_acked", "From the log to the Ack");
    private final Meters.Labelled resumes =
            meters.labelled("resumes", "Subscribes with a position by outcome", "outcome");
    private final Meters.Labelled replayReads =
            meters.labelled(
                            "replay_reads",
                            "Pages for devices that catch up, by where they came from",
                            "source")
                    .with("log", "shared", "recent");
    private final Meters.Labelled repairs =
            meters.labelled("repairs", "Channels repaired from the log by reason", "reason")
                    .with("chain", "epoch", "loss", "failure", "interest", "head");
    private final Counter doorbells =
            meters.counter("doorbells", "Entries that had to be read from the log for their size");
    private final Meters.Labelled generations =
            meters.labelled("mailbox_generations", "Mailbox generations by reason", "reason");
    private final Meters.Labelled goAways =
            meters.labelled("go_aways", "Devices asked to move by reason", "reason")
                    .with("drain", "age", "rebalance");
    private final Meters.Labelled tokenRefreshes =
            meters.labelled("token_refreshes", "Tokens brought by sessions by outcome", "outcome")
                    .with("ok", "refused");

    private volatile LongSupplier outboxBytes = () -> 0;

    /** A connection was upgraded, or an event stream began. */
    public void connectionOpened() {
        opened.increment();
    }

    /**
     * An upgraded connection ended; {@code reason} is a close code's label, or {@code lost} without
     * a close frame.
     */
    public void connectionEnded(String reason, long lifetimeMs) {
        ended.increment(reason);
        lifetime.record(lifetimeMs, TimeUnit.MILLISECONDS);
    }

    /** A connection was refused before the upgrade; {@code reason} is the verdict's code. */
    public void connectionRefused(String reason) {
        refused.increment(reason);
    }

    /** A frame came from a device; {@code type} is the oneof case in lower case. */
    public void frameIn(String type) {
        in.increment(type);
    }

    /** A frame was queued for a device. */
    public void frameOut(String type) {
        out.increment(type);
    }

    /** A Deliver was handed to a session's outbox this long after the Notify API accepted it. */
    public void sent(long sinceNotifyMs) {
        sent.record(Math.max(0, sinceNotifyMs), TimeUnit.MILLISECONDS);
    }

    /** So many subscriptions were behind their channel, and did not get an ephemeral. */
    public void ephemeralDropped(int subscriptions) {
        droppedEphemerals.increment(subscriptions);
    }

    /** An Ack came this long after the notification at its position was stored. */
    public void acked(long sinceStoredMs) {
        acked.record(Math.max(0, sinceStoredMs), TimeUnit.MILLISECONDS);
    }

    /** A Subscribe with a position was answered; {@code outcome} in lower case. */
    public void resumed(String outcome) {
        resumes.increment(outcome);
    }

    /**
     * A device that catches up got a page: read from the {@code log} for it, {@code shared} with
     * another one's read, or of {@code recent} entries without a read.
     */
    public void replayRead(String source) {
        replayReads.increment(source);
    }

    /**
     * A channel was not what the log says and is repaired from it: {@code chain} or {@code epoch}
     * of an entry did not fit, it has heard of a {@code loss}, an entry met a {@code failure}; or
     * anti-entropy found its {@code interest} lost or its {@code head} old.
     */
    public void repaired(String reason) {
        repairs.increment(reason);
    }

    /** A channel is read from its log for an entry that was too large to be handed to gateways. */
    public void doorbell() {
        doorbells.increment();
    }

    /** A mailbox generation began for this reason. */
    public void newGeneration(String reason) {
        generations.increment(reason);
    }

    /** A device was asked to move, by a {@code drain}, its {@code age} or a {@code rebalance}. */
    public void goAway(String reason) {
        goAways.increment(reason);
    }

    /** A session was brought another token: {@code ok} or {@code refused}. */
    public void tokenRefreshed(String outcome) {
        tokenRefreshes.increment(outcome);
    }

    /** Where to read the number of live connections. */
    public void watchConnections(LongSupplier connections) {
        meters.gauge("connections", "Live connections", connections::getAsLong);
    }

    /** Where to read the bytes in all outboxes. */
    public void watchOutboxBytes(LongSupplier bytes) {
        outboxBytes = bytes;
        meters.gauge("outbox_bytes", "Bytes in all outboxes", bytes::getAsLong);
    }

    /** Where to read whether connections leave what HTTP needed behind when they are upgraded. */
    public void watchSocketsTakenOver(BooleanSupplier can) {
        meters.gauge(
                "sockets_taken_over",
                "1 when connections leave the web server's memory with their upgrade, else 0",
                () -> can.getAsBoolean() ? 1 : 0);
    }

    /** Bytes in all outboxes, as far as somebody told where to read them. */
    public long outboxBytes() {
        return outboxBytes.getAsLong();
    }

    /** Where to read the degradation tier: 0 when all is well, up to 3. */
    public void watchTier(IntSupplier tier) {
        meters.gauge("degradation_tier", "What is saved under pressure", tier::getAsInt);
    }

    /** Where to read one of the pressures that decide about the tier, in tiers. */
    public void watchPressure(String what, DoubleSupplier tiers) {
        meters.gauge(
                "pressure",
                "What presses on the gateway, in degradation tiers",
                Tag.create("measure", what),
                tiers::getAsDouble);
    }

    /** Where to read how many entries of LOW priority wait for a batch. */
    public void watchLowHeld(IntSupplier entries) {
        meters.gauge(
                "low_held", "Entries of LOW priority that wait for a batch", entries::getAsInt);
    }

    /** Where to read how many subscriptions of observers wait for their turn. */
    public void watchObserversHeld(IntSupplier subscriptions) {
        meters.gauge(
                "observers_held",
                "Subscriptions of devices that only observe, waiting for their turn",
                subscriptions::getAsInt);
    }

    /** Where to read how many devices wait for a page of the log. */
    public void watchReplayWaiting(LongSupplier waiting) {
        meters.gauge(
                "replay_waiting", "Devices that wait for a page of the log", waiting::getAsLong);
    }

    /** Where to read the age of the oldest mailbox entry not yet read, in seconds. */
    public void watchMailboxLag(DoubleSupplier seconds) {
        meters.gauge(
                "mailbox_lag_seconds",
                "Age of the oldest mailbox entry not yet read",
                seconds::getAsDouble);
    }
}
