package dev.heliograph.server.console;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.helidon.http.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A refusal that the {@link DevApi} answers: the gRPC code in lower case, and fields by name. */
final class ApiError extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Status status;
    private final String code;
    private final transient List<Violation> violations;

    ApiError(Status status, String code, String message, List<Violation> violations) {
        super(message);
        this.status = status;
        this.code = code;
        this.violations = violations;
    }

    /** What is wrong with one field. */
    record Violation(String field, String description) {}

    static ApiError invalid(String field, String description) {
        return new ApiError(
                Status.BAD_REQUEST_400,
                "invalid_argument",
                field + ": " + description,
                List.of(new Violation(field, description)));
    }

    static ApiError forbidden(String message) {
        return new ApiError(Status.FORBIDDEN_403, "permission_denied", message, List.of());
    }

    /** The same refusal as the Notify API's. */
    static ApiError of(StatusRuntimeException e) {
        List<Violation> violations = new ArrayList<>();
        com.google.rpc.Status details = StatusProto.fromThrowable(e);
        if (details != null) {
            for (Any detail : details.getDetailsList()) {
                if (detail.is(BadRequest.class)) {
                    violations.addAll(violations(detail));
                }
            }
        }
        io.grpc.Status.Code code = e.getStatus().getCode();
        String description = e.getStatus().getDescription();
        return new ApiError(
                http(code),
                code.name().toLowerCase(Locale.ROOT),
                description == null ? code.name() : description,
                violations);
    }

    Status status() {
        return status;
    }

    String code() {
        return code;
    }

    List<Violation> violations() {
        return violations;
    }

    private static List<Violation> violations(Any detail) {
        try {
            return detail.unpack(BadRequest.class).getFieldViolationsList().stream()
                    .map(v -> new Violation(v.getField(), v.getDescription()))
                    .toList();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("The Notify API made a malformed BadRequest", e);
        }
    }

    /** As google.rpc.Code maps them. */
    private static Status http(io.grpc.Status.Code code) {
        return switch (code) {
            case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> Status.BAD_REQUEST_400;
            case UNAUTHENTICATED -> Status.UNAUTHORIZED_401;
            case PERMISSION_DENIED -> Status.FORBIDDEN_403;
            case NOT_FOUND -> Status.NOT_FOUND_404;
            case ALREADY_EXISTS, ABORTED -> Status.CONFLICT_409;
            case RESOURCE_EXHAUSTED -> Status.TOO_MANY_REQUESTS_429;
            case UNIMPLEMENTED -> Status.NOT_IMPLEMENTED_501;
            case UNAVAILABLE -> Status.SERVICE_UNAVAILABLE_503;
            case DEADLINE_EXCEEDED -> Status.GATEWAY_TIMEOUT_504;
            default -> Status.INTERNAL_SERVER_ERROR_500;
        };
    }
}
