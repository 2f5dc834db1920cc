package dev.heliograph.client.producer;

import dev.heliograph.client.producer.NotifyResult.Outcome;
import dev.heliograph.proto.notify.v1.NotifyRequest;
import dev.heliograph.proto.notify.v1.NotifyResponse;
import dev.heliograph.proto.notify.v1.Stored;
import dev.heliograph.proto.notify.v1.Target;
import dev.heliograph.proto.notify.v1.TargetResult;
import dev.heliograph.proto.notify.v1.Users;
import io.grpc.Status.Code;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One notification over all attempts: what is known of each channel, and what is still to be asked
 * for. One thread at a time.
 */
final class Sending {

    private static final String USER_PREFIX = "user/";

    private final NotifyRequest original;

    /** In the target's order: the first answer names them all. */
    private final Map<String, Outcome> outcomes = new LinkedHashMap<>();

    /** Why the last attempt was refused as a whole. */
    private Optional<NotifyException> refusal = Optional.empty();

    Sending(NotifyRequest original) {
        this.original = original;
    }

    /** What to send now: after a partial failure only the users that are missing. */
    NotifyRequest request() {
        if (outcomes.isEmpty() || !original.getTarget().hasUsers()) {
            return original;
        }
        Users.Builder missing = Users.newBuilder();
        for (Outcome.Failed failed : retryable()) {
            missing.addIds(failed.channel().substring(USER_PREFIX.length()));
        }
        return original.toBuilder().setTarget(Target.newBuilder().setUsers(missing)).build();
    }

    /** The server answered {@link #request}. */
    void answered(NotifyRequest sent, NotifyResponse response) {
        int expected = sent.getTarget().hasUsers() ? sent.getTarget().getUsers().getIdsCount() : 1;
        if (response.getResultsCount() != expected) {
            refused(
                    NotifyException.of(
                            com.google.rpc.Status.newBuilder()
                                    .setCode(Code.INTERNAL.value())
                                    .setMessage(
                                            "The answer has %d results for %d targets"
                                                    .formatted(
                                                            response.getResultsCount(), expected))
                                    .build()));
            return;
        }
        refusal = Optional.empty();
        for (TargetResult result : response.getResultsList()) {
            outcomes.put(result.getChannel(), outcome(result));
        }
    }

    private static Outcome outcome(TargetResult result) {
        if (result.hasStored()) {
            Stored stored = result.getStored();
            return new Outcome.Stored(
                    result.getChannel(),
                    stored.getNotificationId(),
                    stored.getRef(),
                    stored.getSeq(),
                    stored.getDuplicate());
        }
        if (result.hasSent()) {
            return new Outcome.Sent(
                    result.getChannel(),
                    result.getSent().getNotificationId(),
                    result.getSent().getGateways());
        }
        return new Outcome.Failed(result.getChannel(), NotifyException.of(result.getError()));
    }

    /** The server, or the way to it, refused {@link #request} as a whole. */
    void refused(NotifyException why) {
        refusal = Optional.of(why);
        for (Outcome.Failed failed : retryable()) {
            outcomes.put(failed.channel(), new Outcome.Failed(failed.channel(), why));
        }
    }

    /**
     * Whether another attempt may store what is missing. What is ephemeral is not tried again: it
     * might come twice, and what was true for a moment is not any more.
     */
    boolean wantsRetry() {
        if (original.getEphemeral()) {
            return false;
        }
        return outcomes.isEmpty()
                ? refusal.map(NotifyException::retryable).orElse(true)
                : !retryable().isEmpty();
    }

    /** How long the server asks to wait before another attempt, in milliseconds. */
    long serverAsksMs() {
        long asks =
                refusal.flatMap(NotifyException::retryAfter)
                        .map(java.time.Duration::toMillis)
                        .orElse(0L);
        for (Outcome.Failed failed : retryable()) {
            asks =
                    Math.max(
                            asks,
                            failed.error()
                                    .retryAfter()
                                    .map(java.time.Duration::toMillis)
                                    .orElse(0L));
        }
        return asks;
    }

    /** What is known at the end. */
    BatchResult.Item item() {
        return outcomes.isEmpty() && refusal.isPresent()
                ? new BatchResult.Item.Refused(refusal.get())
                : new BatchResult.Item.Answered(new NotifyResult(List.copyOf(outcomes.values())));
    }

    private List<Outcome.Failed> retryable() {
        List<Outcome.Failed> failed = new ArrayList<>();
        for (Outcome outcome : outcomes.values()) {
            if (outcome instanceof Outcome.Failed failure && failure.error().retryable()) {
                failed.add(failure);
            }
        }
        return failed;
    }
}
