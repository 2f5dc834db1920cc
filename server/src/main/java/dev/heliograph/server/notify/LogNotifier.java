package dev.heliograph.server.notify;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import com.google.rpc.Code;
import com.google.rpc.Status;
import dev.heliograph.proto.device.v1.Notification;
import dev.heliograph.proto.device.v1.Priority;
import dev.heliograph.proto.log.v1.Envelope;
import dev.heliograph.proto.notify.v1.BatchResult;
import dev.heliograph.proto.notify.v1.Content;
import dev.heliograph.proto.notify.v1.NotifyBatchRequest;
import dev.heliograph.proto.notify.v1.NotifyBatchResponse;
import dev.heliograph.proto.notify.v1.NotifyRequest;
import dev.heliograph.proto.notify.v1.NotifyResponse;
import dev.heliograph.proto.notify.v1.Sent;
import dev.heliograph.proto.notify.v1.Stored;
import dev.heliograph.proto.notify.v1.Target;
import dev.heliograph.proto.notify.v1.TargetResult;
import dev.heliograph.server.log.AckLevel;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.LogAppender;
import dev.heliograph.server.log.LogAppender.Append;
import dev.heliograph.server.log.LogAppender.Appended;
import dev.heliograph.server.log.LogAppender.Idempotency;
import dev.heliograph.server.observe.NotifyMetrics;
import io.grpc.protobuf.StatusProto;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns requests into appends to the log, many at a time, and their outcomes into answers. */
public final class LogNotifier implements Notifier {

    /** As many requests as a backend collects in a moment. */
    static final int MAX_BATCH = 1_000;

    /** Below the size at which the transport drops a message without an answer. */
    static final int MAX_BATCH_BYTES = 1 << 20;

    private static final String DEFAULT_CONTENT_TYPE = "application/octet-stream";

    private final LogAppender log;
    private final NotifyMetrics metrics;
    private final RequestValidator validator;
    private final Clock clock;
    private final UuidV7 ids;
    private final java.time.Duration timeLimit;

    /**
     * A notifier on this log.
     *
     * @param retention longest ttl
     * @param timeLimit after this a call answers, whatever is still open counts as unavailable
     */
    public LogNotifier(
            LogAppender log,
            NotifyMetrics metrics,
            java.time.Duration retention,
            java.time.Duration timeLimit,
            Clock clock) {
        this.log = log;
        this.metrics = metrics;
        this.validator = new RequestValidator(retention);
        this.timeLimit = timeLimit;
        this.clock = clock;
        this.ids = new UuidV7(clock);
    }

    @Override
    public NotifyResponse notify(String tenant, NotifyRequest request) {
        BatchResult result = start(tenant, request, newCall()).finish();
        if (result.hasError()) {
            throw StatusProto.toStatusRuntimeException(result.getError());
        }
        return result.getResponse();
    }

    /** Like {@link #notify} for each request; only a batch of the wrong size fails as a whole. */
    NotifyBatchResponse notifyBatch(String tenant, NotifyBatchRequest batch) {
        requireSize(batch);
        AppendCall call = newCall();
        List<Started> started = new ArrayList<>(batch.getRequestsCount());
        for (NotifyRequest request : batch.getRequestsList()) {
            started.add(start(tenant, request, call));
        }
        NotifyBatchResponse.Builder response = NotifyBatchResponse.newBuilder();
        started.forEach(request -> response.addResults(request.finish()));
        return response.build();
    }

    private AppendCall newCall() {
        return new AppendCall(log, metrics, timeLimit);
    }

    private void requireSize(NotifyBatchRequest batch) {
        int count = batch.getRequestsCount();
        Optional<Status> error = Optional.empty();
        if (count == 0 || count > MAX_BATCH) {
            error =
                    Optional.of(
                            NotifyErrors.invalid(
                                    "requests",
                                    "has to hold 1 to %d requests, not %d"
                                            .formatted(MAX_BATCH, count)));
        } else if (batch.getSerializedSize() > MAX_BATCH_BYTES) {
            error =
                    Optional.of(
                            NotifyErrors.invalid(
                                    "requests",
                                    "has to have at most %d bytes in all, not %d"
                                            .formatted(
                                                    MAX_BATCH_BYTES, batch.getSerializedSize())));
        }
        if (error.isPresent()) {
            failed(error.get());
            throw StatusProto.toStatusRuntimeException(error.get());
        }
    }

    /** Hands all appends of a valid request to the log without waiting for them. */
    private Started start(String tenant, NotifyRequest request, AppendCall call) {
        Violations violations = validator.check(request);
        if (!violations.isEmpty()) {
            Status invalid = NotifyErrors.invalid(violations.details());
            failed(invalid);
            return () -> BatchResult.newBuilder().setError(invalid).build();
        }
        Notification notification = notification(request);
        byte[] envelope = Envelope.newBuilder().setNotification(notification).build().toByteArray();
        List<Channel> channels = channels(tenant, request.getTarget());
        if (request.getEphemeral()) {
            List<AppendCall.Pending> pending =
                    channels.stream().map(channel -> call.send(channel, envelope)).toList();
            return () -> result(pending, notification.getId());
        }
        Optional<Idempotency> idempotency =
                Optional.of(request.getIdempotencyKey())
                        .filter(key -> !key.isEmpty())
                        .map(
                                key ->
                                        new Idempotency(
                                                key,
                                                RequestHash.of(notification, request.getTtl())));
        AckLevel level = level(request.getAckLevel());
        List<AppendCall.Pending> pending =
                channels.stream()
                        .map(
                                channel ->
                                        call.append(
                                                new Append(
                                                        channel,
                                                        notification.getId(),
                                                        envelope,
                                                        idempotency,
                                                        level)))
                        .toList();
        return () -> result(pending, notification.getId());
    }

    private Notification notification(NotifyRequest request) {
        Content content = request.getContent();
        long now = clock.millis();
        Notification.Builder notification =
                Notification.newBuilder()
                        .setId(ids.next())
                        .setType(content.getType())
                        .setPayload(content.getPayload())
                        .setContentType(
                                content.getContentType().isEmpty()
                                        ? DEFAULT_CONTENT_TYPE
                                        : content.getContentType())
                        .putAllAttributes(content.getAttributesMap())
                        .setPriority(priority(request.getPriority()))
                        .setEphemeral(request.getEphemeral())
                        .setCreateTime(Timestamps.fromMillis(now));
        if (request.hasTtl()) {
            notification.setExpireTime(
                    Timestamps.fromMillis(now + Durations.toMillis(request.getTtl())));
        }
        return notification.build();
    }

    /** NORMAL is left out of the log and of frames, since nearly all are. */
    private static Priority priority(dev.heliograph.proto.notify.v1.Priority requested) {
        return switch (requested) {
            case PRIORITY_LOW -> Priority.PRIORITY_LOW;
            case PRIORITY_UNSPECIFIED, PRIORITY_NORMAL -> Priority.PRIORITY_UNSPECIFIED;
            case PRIORITY_HIGH -> Priority.PRIORITY_HIGH;
            case PRIORITY_CRITICAL -> Priority.PRIORITY_CRITICAL;
            case UNRECOGNIZED -> throw new IllegalStateException("The request was not checked");
        };
    }

    private static AckLevel level(dev.heliograph.proto.notify.v1.AckLevel requested) {
        return switch (requested) {
            case ACK_LEVEL_UNSPECIFIED, ACK_LEVEL_ACCEPTED -> AckLevel.ACCEPTED;
            case ACK_LEVEL_REPLICATED -> AckLevel.REPLICATED;
            case ACK_LEVEL_FSYNCED -> AckLevel.FSYNCED;
            case UNRECOGNIZED -> throw new IllegalStateException("The request was not checked");
        };
    }

    private static List<Channel> channels(String tenant, Target target) {
        return switch (target.getTargetCase()) {
            case USER -> List.of(Channel.user(tenant, target.getUser()));
            case TOPIC -> List.of(Channel.topic(tenant, target.getTopic()));
            case USERS ->
                    target.getUsers().getIdsList().stream()
                            .map(id -> Channel.user(tenant, id))
                            .toList();
            case TARGET_NOT_SET -> throw new IllegalStateException("The request was not checked");
        };
    }

    private TargetResult result(AppendCall.Pending pending, String notificationId) {
        TargetResult.Builder result =
                TargetResult.newBuilder().setChannel(pending.channel().path());
        return switch (pending.await()) {
            case AppendCall.Outcome.Done(Appended appended) ->
                    result.setStored(
                                    Stored.newBuilder()
                                            .setNotificationId(appended.notificationId())
                                            .setRef(Ref.of(pending.channel(), appended))
                                            .setSeq(appended.seq())
                                            .setDuplicate(appended.duplicate()))
                            .build();
            case AppendCall.Outcome.Sent(int gateways) ->
                    result.setSent(
                                    Sent.newBuilder()
                                            .setNotificationId(notificationId)
                                            .setGateways(gateways))
                            .build();
            case AppendCall.Outcome.Failed(Status error) -> {
                failed(error);
                yield result.setError(error).build();
            }
        };
    }

    /** An error for the whole only when all have failed: of several the one worth a retry. */
    private BatchResult result(List<AppendCall.Pending> pending, String notificationId) {
        List<TargetResult> results =
                pending.stream().map(each -> result(each, notificationId)).toList();
        if (!results.stream().allMatch(TargetResult::hasError)) {
            return BatchResult.newBuilder()
                    .setResponse(NotifyResponse.newBuilder().addAllResults(results))
                    .build();
        }
        Status error =
                results.stream()
                        .map(TargetResult::getError)
                        .filter(status -> status.getCode() == Code.UNAVAILABLE_VALUE)
                        .findFirst()
                        .orElseGet(() -> results.getFirst().getError());
        return BatchResult.newBuilder().setError(error).build();
    }

    private void failed(Status status) {
        metrics.failed(Code.forNumber(status.getCode()).name());
    }

    /** A request whose appends are under way. */
    private interface Started {
        BatchResult finish();
    }
}
