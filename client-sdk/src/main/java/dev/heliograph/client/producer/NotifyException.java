package dev.heliograph.client.producer;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.RetryInfo;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A notification was not stored, or it is not known whether it was. */
public final class NotifyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * INTERNAL is also what gRPC makes of a connection that breaks off in the middle of a call; the
     * key makes a repeat harmless.
     */
    private static final Set<Code> RETRYABLE =
            Set.of(
                    Code.UNAVAILABLE,
                    Code.RESOURCE_EXHAUSTED,
                    Code.DEADLINE_EXCEEDED,
                    Code.INTERNAL);

    /**
     * A field that the server did not accept.
     *
     * @param field its path in the request, such as {@code content.payload}
     * @param description what is wrong with it
     */
    public record FieldViolation(String field, String description) {}

    private final Code code;
    private final transient List<FieldViolation> violations;
    private final transient Optional<Duration> retryAfter;
    private final transient Optional<NotifyResult> result;

    private NotifyException(
            Code code,
            String message,
            List<FieldViolation> violations,
            Optional<Duration> retryAfter,
            Optional<NotifyResult> result,
            Throwable cause) {
        super("[" + code + "] " + message, cause);
        this.code = code;
        this.violations = violations;
        this.retryAfter = retryAfter;
        this.result = result;
    }

    static NotifyException of(Throwable failure) {
        if (failure instanceof NotifyException already) {
            return already;
        }
        if (failure instanceof StatusRuntimeException status) {
            return of(StatusProto.fromThrowable(status), failure);
        }
        return new NotifyException(
                Code.UNKNOWN,
                String.valueOf(failure.getMessage()),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                failure);
    }

    static NotifyException of(com.google.rpc.Status status) {
        return of(status, null);
    }

    /** Some channels of one notification failed: the first failure, and all outcomes. */
    static NotifyException partial(NotifyResult result) {
        NotifyException first = result.failed().getFirst().error();
        return new NotifyException(
                first.code,
                "%d of %d targets were not stored, the first is %s: %s"
                        .formatted(
                                result.failed().size(),
                                result.outcomes().size(),
                                result.failed().getFirst().channel(),
                                first.getMessage()),
                first.violations,
                first.retryAfter,
                Optional.of(result),
                first);
    }

    private static NotifyException of(com.google.rpc.Status status, Throwable cause) {
        List<FieldViolation> violations = new ArrayList<>();
        Optional<Duration> retryAfter = Optional.empty();
        for (Any detail : status.getDetailsList()) {
            try {
                if (detail.is(BadRequest.class)) {
                    for (var violation : detail.unpack(BadRequest.class).getFieldViolationsList()) {
                        violations.add(
                                new FieldViolation(
                                        violation.getField(), violation.getDescription()));
                    }
                } else if (detail.is(RetryInfo.class)) {
                    var delay = detail.unpack(RetryInfo.class).getRetryDelay();
                    retryAfter =
                            Optional.of(Duration.ofSeconds(delay.getSeconds(), delay.getNanos()));
                }
            } catch (InvalidProtocolBufferException e) {
                // A detail that cannot be read says nothing; the code and message do.
            }
        }
        Code code = io.grpc.Status.fromCodeValue(status.getCode()).getCode();
        return new NotifyException(
                code,
                status.getMessage(),
                List.copyOf(violations),
                retryAfter,
                Optional.empty(),
                cause);
    }

    /** What kind of failure. */
    public Code code() {
        return code;
    }

    /** The fields that the server did not accept, for INVALID_ARGUMENT. */
    public List<FieldViolation> violations() {
        return violations;
    }

    /** How long the server asks to wait. */
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }

    /** The outcomes per channel, when some were stored and others not. */
    public Optional<NotifyResult> result() {
        return result;
    }

    /**
     * Whether sending it again, with the same idempotency key, may succeed. The client has done so
     * already.
     */
    public boolean retryable() {
        return RETRYABLE.contains(code);
    }
}
