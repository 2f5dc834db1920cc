package dev.heliograph.server.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Timestamps;
import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.proto.device.v1.Deliver;
import dev.heliograph.proto.device.v1.Error;
import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.proto.device.v1.GoAway;
import dev.heliograph.proto.device.v1.Heartbeat;
import dev.heliograph.proto.device.v1.Limits;
import dev.heliograph.proto.device.v1.Notification;
import dev.heliograph.proto.device.v1.Outcome;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Skip;
import dev.heliograph.proto.device.v1.SkipCount;
import dev.heliograph.proto.device.v1.SkipReason;
import dev.heliograph.proto.device.v1.Subscribed;
import dev.heliograph.proto.device.v1.TokenExpiring;
import dev.heliograph.proto.device.v1.Welcome;
import dev.heliograph.proto.log.v1.Envelope;
import dev.heliograph.server.config.ServerConfig.GatewayConfig;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.LogEntry;
import dev.heliograph.server.log.Page;
import dev.heliograph.server.log.Position;
import dev.heliograph.server.log.SessionDirectory;
import java.util.Optional;

/** Makes the frames that a gateway sends. */
final class Frames {

    private static final System.Logger LOGGER = System.getLogger(Frames.class.getName());

    /** A device that was asked to move spreads its reconnect over this. */
    private static final int GO_AWAY_SPREAD_MS = 2_000;

    /** The same for everyone. */
    static final Frame HEARTBEAT =
            Frame.of(ServerFrame.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()).build());

    /** A request to move to another gateway. */
    static final Frame GO_AWAY =
            Frame.of(
                    ServerFrame.newBuilder()
                            .setGoAway(
                                    GoAway.newBuilder()
                                            .setCode(CloseCode.CLOSE_CODE_SERVICE_RESTART)
                                            .setSpreadMs(GO_AWAY_SPREAD_MS))
                            .build());

    private Frames() {}

    /**
     * What covers a log entry: a Deliver, or a Skip when it has expired or cannot be read.
     *
     * @param redelivered whether a Deliver is marked (D-7)
     */
    static Frame covering(LogEntry entry, long nowMs, boolean redelivered) {
        Optional<Notification> readable = notification(entry.envelope());
        if (readable.isEmpty()) {
            // Only something else than Heliograph can have written it. It must not hold up the
            // rest.
            LOGGER.log(
                    System.Logger.Level.ERROR,
                    "Entry {0} of a {1} log is not an envelope, and is skipped",
                    entry.position().id(),
                    entry.channel().kind());
            return skip(
                    entry.channel(),
                    entry.position().seq(),
                    entry.position(),
                    SkipReason.SKIP_REASON_UNREADABLE);
        }
        Notification notification = readable.get();
        if (notification.hasExpireTime()
                && Timestamps.toMillis(notification.getExpireTime()) <= nowMs) {
            return expired(entry.channel(), entry.position().seq(), entry.position());
        }
        return Frame.of(
                ServerFrame.newBuilder()
                        .setDeliver(
                                Deliver.newBuilder()
                                        .setChannel(entry.channel().path())
                                        .setSeq(entry.position().seq())
                                        .setPosition(entry.position().token())
                                        .setNotification(notification)
                                        .setRedelivered(redelivered))
                        .build());
    }

    /** What is in no log (D-9); empty when it cannot be read. */
    static Optional<Frame> ephemeral(Channel channel, byte[] envelope) {
        return notification(envelope)
                .map(
                        it ->
                                Frame.of(
                                        ServerFrame.newBuilder()
                                                .setDeliver(
                                                        Deliver.newBuilder()
                                                                .setChannel(channel.path())
                                                                .setNotification(it))
                                                .build()));
    }

    /** What an entry holds; empty when it cannot be sent in every encoding. */
    private static Optional<Notification> notification(byte[] envelope) {
        try {
            return Optional.of(Envelope.parseFrom(envelope).getNotification())
                    .filter(
                            // JSON has no form for other times.
                            it ->
                                    Timestamps.isValid(it.getCreateTime())
                                            && Timestamps.isValid(it.getExpireTime()));
        } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }

    /** Entries that have expired, up to a position. */
    static Frame expired(Channel channel, long fromSeq, Position through) {
        return skip(channel, fromSeq, through, SkipReason.SKIP_REASON_EXPIRED);
    }

    /** Whether a frame covers an entry that has expired. */
    static boolean isExpired(Frame frame) {
        ServerFrame message = frame.message();
        return message.hasSkip()
                && message.getSkip().getCounts(0).getReason() == SkipReason.SKIP_REASON_EXPIRED;
    }

    private static Frame skip(Channel channel, long fromSeq, Position through, SkipReason reason) {
        return Frame.of(
                ServerFrame.newBuilder()
                        .setSkip(
                                Skip.newBuilder()
                                        .setChannel(channel.path())
                                        .setFromSeq(fromSeq)
                                        .setThroughSeq(through.seq())
                                        .setPosition(through.token())
                                        .addCounts(
                                                SkipCount.newBuilder()
                                                        .setReason(reason)
                                                        .setCount(through.seq() - fromSeq + 1)))
                        .build());
    }

    /** The answer to Hello. */
    static Frame welcome(SessionDirectory.Entry session, String node, GatewayConfig config) {
        return Frame.of(
                ServerFrame.newBuilder()
                        .setWelcome(
                                Welcome.newBuilder()
                                        .setConnectionId(session.connectionId())
                                        .setUser(session.inbox().name())
                                        .setDeviceId(session.device())
                                        .setInbox(session.inbox().path())
                                        .setHeartbeatIntervalMs(
                                                (int) config.heartbeatInterval().toMillis())
                                        .setHeartbeatTimeoutMs(
                                                (int) config.heartbeatTimeout().toMillis())
                                        .setLimits(
                                                Limits.newBuilder()
                                                        .setMaxMessageBytes(
                                                                config.maxMessageBytes())
                                                        .setMaxSubscriptions(
                                                                config.maxSubscriptions()))
                                        .setServerTime(Timestamps.now())
                                        .setNode(node))
                        .build());
    }

    /**
     * The answer to a Subscribe, or a reset.
     *
     * @param byKept whether the position is the cursor that was kept for the device
     * @param sentThrough the newest seq that the device may have been sent before, 0 for none
     */
    static Frame subscribed(
            Channel channel, int subId, Page page, boolean byKept, long sentThrough) {
        return Frame.of(
                ServerFrame.newBuilder()
                        .setSubscribed(
                                Subscribed.newBuilder()
                                        .setChannel(channel.path())
                                        .setSubId(subId)
                                        .setOutcome(
                                                switch (page.outcome()) {
                                                    case OK -> Outcome.OUTCOME_OK;
                                                    case TRIMMED -> Outcome.OUTCOME_TRIMMED;
                                                    case EPOCH -> Outcome.OUTCOME_EPOCH;
                                                    case FORK -> Outcome.OUTCOME_FORK;
                                                })
                                        .setNextSeq(page.base().seq() + 1)
                                        .setPosition(page.base().token())
                                        .setHeadSeq(page.head().seq())
                                        .setByKeptCursor(byKept)
                                        .setRedeliveredThrough(sentThrough))
                        .build());
    }

    /** A refusal. */
    static Frame error(
            ErrorCode code, String message, String channel, int subId, int retryAfterMs) {
        return Frame.of(
                ServerFrame.newBuilder()
                        .setError(
                                Error.newBuilder()
                                        .setCode(code)
                                        .setMessage(message)
                                        .setChannel(channel)
                                        .setSubId(subId)
                                        .setRetryAfterMs(retryAfterMs))
                        .build());
    }

    /** The session's token has this long to go (T-6). */
    static Frame tokenExpiring(long remainingMs) {
        return Frame.of(
                ServerFrame.newBuilder()
                        .setTokenExpiring(
                                TokenExpiring.newBuilder()
                                        .setRemainingMs(
                                                (int) Math.min(remainingMs, Integer.MAX_VALUE)))
                        .build());
    }
}
