package dev.heliograph.server.notify;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import dev.heliograph.proto.notify.v1.Content;
import dev.heliograph.proto.notify.v1.NotifyRequest;
import dev.heliograph.proto.notify.v1.Target;
import dev.heliograph.proto.notify.v1.Users;
import dev.heliograph.server.WholeServer;
import dev.heliograph.server.testkit.TestProducer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that a whole server refuses, naming the field. */
class HostileRequestsTest {

    private static final int TOO_LARGE_FOR_GRPC = 5 << 20;

    private static WholeServer whole;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        whole = new WholeServer(directory);
    }

    @AfterAll
    static void stop() {
        whole.close();
    }

    @AfterEach
    void theBystanderIsWell() {
        whole.bystanderStillReceives();
    }

    static Stream<Arguments> requests() {
        return Stream.of(
                Arguments.of("target", good().clearTarget()),
                Arguments.of("target", good().setTarget(Target.getDefaultInstance())),
                Arguments.of("target.user", good().setTarget(Target.newBuilder().setUser("a b"))),
                Arguments.of(
                        "target.user",
                        good().setTarget(Target.newBuilder().setUser("x".repeat(129)))),
                Arguments.of("target.topic", good().setTarget(Target.newBuilder().setTopic(""))),
                Arguments.of(
                        "target.users.ids",
                        good().setTarget(Target.newBuilder().setUsers(Users.getDefaultInstance()))),
                Arguments.of("content.payload", payload(0)),
                Arguments.of("content.payload", payload(1 << 20)),
                Arguments.of("ttl", good().setTtl(Duration.newBuilder().setSeconds(-1))),
                Arguments.of("ttl", good().setTtl(Duration.getDefaultInstance())),
                Arguments.of(
                        "ttl", good().setTtl(Duration.newBuilder().setSeconds(315_576_000_000L))),
                Arguments.of(
                        "ttl", good().setTtl(Duration.newBuilder().setSeconds(1).setNanos(-1))),
                Arguments.of("idempotency_key", good().setIdempotencyKey("k".repeat(129))),
                Arguments.of("idempotency_key", good().setIdempotencyKey("a\nb")));
    }

    private static NotifyRequest.Builder good() {
        return TestProducer.request("bystander").toBuilder();
    }

    private static NotifyRequest.Builder payload(int bytes) {
        return good().setContent(
                        Content.newBuilder()
                                .setType("greeting")
                                .setPayload(ByteString.copyFrom(new byte[bytes])));
    }

    @ParameterizedTest(name = "{0} {index}")
    @MethodSource("requests")
    void isRefusedWithTheFieldThatIsWrong(String field, NotifyRequest.Builder request)
            throws InvalidProtocolBufferException {
        StatusRuntimeException e =
                assertThrows(
                        StatusRuntimeException.class,
                        () -> whole.producer().api(whole.token("shop")).notify(request.build()));
        assertThat(e.getStatus().getCode(), is(Status.Code.INVALID_ARGUMENT));
        Any detail = StatusProto.fromThrowable(e).getDetails(0);
        assertThat(
                detail.unpack(BadRequest.class).getFieldViolationsList().stream()
                        .map(FieldViolation::getField)
                        .toList(),
                contains(field));
    }

    @Test
    void aMessageAboveTheListenersLimitEndsThatCallOnly() {
        assertThrows(
                StatusRuntimeException.class,
                () ->
                        whole.producer()
                                .api(whole.token("shop"))
                                .withDeadlineAfter(5, java.util.concurrent.TimeUnit.SECONDS)
                                .notify(payload(TOO_LARGE_FOR_GRPC).build()));
    }
}
