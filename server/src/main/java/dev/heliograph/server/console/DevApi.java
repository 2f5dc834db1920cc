package dev.heliograph.server.console;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.Struct;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import com.google.protobuf.util.Values;
import com.google.rpc.ErrorDetailsProto;
import dev.heliograph.proto.notify.v1.NotifyRequest;
import dev.heliograph.server.admin.LocalCallers;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.notify.Notifier;
import io.grpc.StatusRuntimeException;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;

/**
 * What the console may do on a developer's own machine: mint device tokens and send notifications.
 * {@link LocalCallers} keeps everyone else out.
 *
 * <ul>
 *   <li>{@code GET config} → {@code {"devMode":true,"version","node","grpcPort"}}
 *   <li>{@code POST token {"user","device"?,"topics"?}} → {@code {"token"}}
 *   <li>{@code POST notify} with a NotifyRequest in proto3 JSON → a NotifyResponse
 *   <li>errors → {@code {"code","message","violations":[{"field","description"}]}}
 * </ul>
 */
final class DevApi implements HttpService {

    /** What one Notify call may take at most, in its JSON form. */
    private static final int MAX_BODY_BYTES = 1 << 20;

    /** Knows the details that the error of a single target carries. */
    private static final JsonFormat.Printer JSON =
            JsonFormat.printer()
                    .usingTypeRegistry(
                            TypeRegistry.newBuilder()
                                    .add(ErrorDetailsProto.getDescriptor().getMessageTypes())
                                    .build())
                    .omittingInsignificantWhitespace();

    private final String version;
    private final String node;
    private final IntSupplier grpcPort;
    private final Notifier notifier;
    private final ConsoleService.DeviceTokens tokens;

    DevApi(
            String version,
            String node,
            IntSupplier grpcPort,
            Notifier notifier,
            ConsoleService.DeviceTokens tokens) {
        this.version = version;
        this.node = node;
        this.grpcPort = grpcPort;
        this.notifier = notifier;
        this.tokens = tokens;
    }

    @Override
    public void routing(HttpRules rules) {
        rules.get("/config", guarded(this::config))
                .post("/token", guarded(this::token))
                .post("/notify", guarded(this::notification));
    }

    private void config(ServerRequest request, ServerResponse response) throws IOException {
        answer(
                response,
                Status.OK_200,
                Struct.newBuilder()
                        .putFields("devMode", Values.of(true))
                        .putFields("version", Values.of(version))
                        .putFields("node", Values.of(node))
                        .putFields("grpcPort", Values.of(grpcPort.getAsInt())));
    }

    private void token(ServerRequest request, ServerResponse response)
            throws IOException, ApiError {
        Struct.Builder body = Struct.newBuilder();
        parse(request, body);
        String user =
                text(body, "user")
                        .filter(Channel::validName)
                        .orElseThrow(
                                () ->
                                        ApiError.invalid(
                                                "user",
                                                "1 to "
                                                        + Channel.MAX_NAME_BYTES
                                                        + " bytes without control characters and white space"));
        Optional<String> device = text(body, "device").filter(id -> !id.isEmpty());
        List<String> topics =
                body
                        .getFieldsOrDefault("topics", Value.getDefaultInstance())
                        .getListValue()
                        .getValuesList()
                        .stream()
                        .map(Value::getStringValue)
                        .toList();
        if (topics.contains("")) {
            throw ApiError.invalid("topics", "a list of topic names, or beginnings that end in *");
        }
        answer(
                response,
                Status.OK_200,
                Struct.newBuilder()
                        .putFields("token", Values.of(tokens.mint(user, device, topics))));
    }

    private void notification(ServerRequest request, ServerResponse response)
            throws IOException, ApiError {
        NotifyRequest.Builder body = NotifyRequest.newBuilder();
        parse(request, body);
        answer(response, Status.OK_200, notifier.notify(Channel.DEFAULT_TENANT, body.build()));
    }

    /** A handler behind the door, with every failure turned into an answer. */
    private static Handler guarded(ApiHandler handler) {
        return (request, response) -> {
            try {
                Optional<String> refusal = LocalCallers.refusal(request, "the development API");
                if (refusal.isPresent()) {
                    throw ApiError.forbidden(refusal.get());
                }
                handler.handle(request, response);
            } catch (ApiError e) {
                fail(response, e);
            } catch (StatusRuntimeException e) {
                fail(response, ApiError.of(e));
            }
        };
    }

    private static void parse(ServerRequest request, com.google.protobuf.Message.Builder body)
            throws IOException, ApiError {
        boolean json =
                request.headers()
                        .contentType()
                        .filter(type -> "application/json".equals(type.mediaType().text()))
                        .isPresent();
        if (!json) {
            throw new ApiError(
                    Status.UNSUPPORTED_MEDIA_TYPE_415,
                    "invalid_argument",
                    "The body has to be application/json",
                    List.of());
        }
        byte[] bytes;
        try (InputStream in = request.content().inputStream()) {
            bytes = in.readNBytes(MAX_BODY_BYTES + 1);
        }
        if (bytes.length > MAX_BODY_BYTES) {
            throw new ApiError(
                    Status.REQUEST_ENTITY_TOO_LARGE_413,
                    "invalid_argument",
                    "The body has to be at most 1 MiB",
                    List.of());
        }
        try {
            JsonFormat.parser().merge(new String(bytes, StandardCharsets.UTF_8), body);
        } catch (InvalidProtocolBufferException e) {
            throw new ApiError(
                    Status.BAD_REQUEST_400, "invalid_argument", e.getMessage(), List.of());
        }
    }

    private static Optional<String> text(Struct.Builder body, String field) {
        return body.containsFields(field)
                ? Optional.of(body.getFieldsOrThrow(field).getStringValue())
                : Optional.empty();
    }

    private static void fail(ServerResponse response, ApiError error) throws IOException {
        ListValue.Builder violations = ListValue.newBuilder();
        for (ApiError.Violation violation : error.violations()) {
            violations.addValues(
                    Values.of(
                            Struct.newBuilder()
                                    .putFields("field", Values.of(violation.field()))
                                    .putFields("description", Values.of(violation.description()))
                                    .build()));
        }
        answer(
                response,
                error.status(),
                Struct.newBuilder()
                        .putFields("code", Values.of(error.code()))
                        .putFields("message", Values.of(error.getMessage()))
                        .putFields(
                                "violations", Value.newBuilder().setListValue(violations).build()));
    }

    private static void answer(ServerResponse response, Status status, MessageOrBuilder body)
            throws IOException {
        response.status(status)
                .header(HeaderNames.CONTENT_TYPE, "application/json")
                .header(HeaderNames.CACHE_CONTROL, "no-store")
                .header(HeaderNames.create("X-Content-Type-Options"), "nosniff")
                .send(JSON.print(body).getBytes(StandardCharsets.UTF_8));
    }

    @FunctionalInterface
    private interface ApiHandler {
        void handle(ServerRequest request, ServerResponse response) throws IOException, ApiError;
    }
}
