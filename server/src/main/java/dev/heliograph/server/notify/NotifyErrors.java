package dev.heliograph.server.notify;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.util.Durations;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.Code;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.heliograph.server.log.LogException;

/** Every error of the Notify API, with the details that notify.proto documents. */
final class NotifyErrors {

    private static final System.Logger LOGGER = System.getLogger(NotifyErrors.class.getName());

    /** A failover takes some seconds; the first retry may already meet the new primary. */
    private static final long RETRY_UNAVAILABLE_MS = 500;

    /** Memory comes back as logs are trimmed, not at once. */
    private static final long RETRY_FULL_MS = 5_000;

    private NotifyErrors() {}

    static Status invalid(BadRequest details) {
        FieldViolation first = details.getFieldViolations(0);
        int more = details.getFieldViolationsCount() - 1;
        return status(
                Code.INVALID_ARGUMENT,
                first.getField()
                        + " "
                        + first.getDescription()
                        + (more == 0 ? "" : " (and " + more + " more, see the details)"),
                details);
    }

    static Status invalid(String field, String rule) {
        Violations violations = new Violations();
        violations.add(field, rule);
        return invalid(violations.details());
    }

    static Status unavailable(String message) {
        return status(Code.UNAVAILABLE, message, retryAfter(RETRY_UNAVAILABLE_MS));
    }

    /** What an append failed with. */
    static Status of(Throwable failure) {
        return switch (failure) {
            case LogException.Unavailable unavailable ->
                    unavailable(
                            "The log cannot be reached or the outcome is unknown: repeat the call"
                                    + " with the same idempotency_key");
            case LogException.Unconfirmed unconfirmed ->
                    unavailable(
                            "It is stored, but below the ack_level: "
                                    + unconfirmed.getMessage()
                                    + ". Repeat the call with the same idempotency_key");
            case LogException.Unsupported unsupported ->
                    status(
                            Code.FAILED_PRECONDITION,
                            "The ack_level cannot be given, nothing was stored: "
                                    + unsupported.getMessage(),
                            PreconditionFailure.newBuilder()
                                    .addViolations(
                                            PreconditionFailure.Violation.newBuilder()
                                                    .setType("ACK_LEVEL")
                                                    .setSubject("ack_level")
                                                    .setDescription(unsupported.getMessage()))
                                    .build());
            case LogException.Full full ->
                    status(
                            Code.RESOURCE_EXHAUSTED,
                            "The log has no memory left: nothing was stored",
                            retryAfter(RETRY_FULL_MS));
            case LogException.IdempotencyConflict conflict ->
                    invalid("idempotency_key", "was used with another content or ttl");
            default -> {
                LOGGER.log(System.Logger.Level.ERROR, "An append failed", failure);
                yield Status.newBuilder()
                        .setCode(Code.INTERNAL_VALUE)
                        .setMessage("The server failed; its log has the reason")
                        .build();
            }
        };
    }

    private static RetryInfo retryAfter(long ms) {
        return RetryInfo.newBuilder().setRetryDelay(Durations.fromMillis(ms)).build();
    }

    private static Status status(Code code, String message, Message detail) {
        return Status.newBuilder()
                .setCode(code.getNumber())
                .setMessage(message)
                .addDetails(Any.pack(detail))
                .build();
    }
}
