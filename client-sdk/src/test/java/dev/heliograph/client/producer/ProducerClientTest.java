package dev.heliograph.client.producer;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import dev.heliograph.client.Priority;
import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.producer.NotifyException.FieldViolation;
import dev.heliograph.proto.notify.v1.NotifyRequest;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Retries, against a gRPC server that fails on request. */
class ProducerClientTest {

    private static final RetryPolicy QUICK =
            new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(5));

    private ScriptedNotifyServer server;
    private ProducerClient producer;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedNotifyServer();
        producer = client(TokenProvider.fixed("secret"));
    }

    @AfterEach
    void stop() {
        producer.close();
        server.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"UNAVAILABLE", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED", "INTERNAL"})
    void repeatsWithTheSameGeneratedKey(Code code) {
        server.callFaults.add(code.toStatus().asRuntimeException());
        server.callFaults.add(code.toStatus().asRuntimeException());

        NotifyResult result = producer.notify(hello(Target.user("alice")));

        assertThat(result.allStored(), is(true));
        assertThat(server.requests, hasSize(3));
        assertThat(server.requests.stream().distinct().toList(), hasSize(1));
        assertThat(server.requests.getFirst().getIdempotencyKey().length(), is(36));
        assertThat(server.tokens, everyItem(is("Bearer secret")));
    }

    @ParameterizedTest
    @EnumSource
    void sendsThePriority(Priority priority) {
        var unused =
                producer.notify(
                        Notification.of(Target.user("alice"), "greeting")
                                .text("hi")
                                .priority(priority)
                                .build());

        assertThat(
                server.requests.getFirst().getPriority().name(), is("PRIORITY_" + priority.name()));
    }

    @Test
    void sendsWhatIsEphemeralWithoutKeyAndLevelAndTellsWhatBecameOfIt() {
        NotifyResult result = producer.notify(typing());

        NotifyRequest request = server.requests.getFirst();
        assertThat(request.getEphemeral(), is(true));
        assertThat(request.getIdempotencyKey(), is(""));
        assertThat(request.getAckLevelValue(), is(0));
        assertThat(result.complete(), is(true));
        assertThat(result.allStored(), is(false));
        assertThat(result.sent(), contains(new NotifyResult.Outcome.Sent("user/alice", "id", 3)));
    }

    @Test
    void doesNotTryAgainWhatIsEphemeral() {
        server.callFaults.add(Status.UNAVAILABLE.asRuntimeException());
        NotifyException failure =
                assertThrows(NotifyException.class, () -> producer.notify(typing()));
        assertThat(failure.code(), is(Code.UNAVAILABLE));
        assertThat(server.requests, hasSize(1));

        server.failChannel("user/alice", Code.UNAVAILABLE);
        assertThrows(NotifyException.class, () -> producer.notify(typing()));
        assertThat(server.requests, hasSize(2));
    }

    private static Notification typing() {
        return Notification.of(Target.user("alice"), "typing").text("…").ephemeral().build();
    }

    @Test
    void givesUpAfterTheAttemptsOfThePolicy() {
        for (int i = 0; i < 5; i++) {
            server.callFaults.add(Status.UNAVAILABLE.asRuntimeException());
        }
        NotifyException failure =
                assertThrows(
                        NotifyException.class, () -> producer.notify(hello(Target.user("alice"))));

        assertThat(failure.code(), is(Code.UNAVAILABLE));
        assertThat(failure.retryable(), is(true));
        assertThat(server.requests, hasSize(3));
    }

    @Test
    void namesTheFieldsThatAreWrongAndDoesNotRepeat() {
        server.callFaults.add(
                status(
                        Code.INVALID_ARGUMENT,
                        Any.pack(
                                BadRequest.newBuilder()
                                        .addFieldViolations(
                                                BadRequest.FieldViolation.newBuilder()
                                                        .setField("content.payload")
                                                        .setDescription("is empty"))
                                        .build())));

        NotifyException failure =
                assertThrows(
                        NotifyException.class, () -> producer.notify(hello(Target.user("alice"))));

        assertThat(
                failure.violations(), contains(new FieldViolation("content.payload", "is empty")));
        assertThat(failure.retryable(), is(false));
        assertThat(server.requests, hasSize(1));
    }

    @Test
    void waitsAsLongAsTheServerAsks() {
        server.callFaults.add(status(Code.RESOURCE_EXHAUSTED, ScriptedNotifyServer.retryInfo(1)));
        long begin = System.nanoTime();

        producer.notify(hello(Target.user("alice")));

        assertThat(System.nanoTime() - begin, is(greaterThanOrEqualTo(1_000_000_000L)));
    }

    @Test
    void sendsAgainOnlyToTheUsersThatAreMissing() {
        server.failChannel("user/b", Code.UNAVAILABLE);
        server.failChannel("user/d", Code.UNAVAILABLE, Code.RESOURCE_EXHAUSTED);

        NotifyResult result = producer.notify(hello(Target.users(List.of("a", "b", "c", "d"))));

        assertThat(result.allStored(), is(true));
        assertThat(
                result.outcomes().stream().map(NotifyResult.Outcome::channel).toList(),
                contains("user/a", "user/b", "user/c", "user/d"));
        assertThat(
                server.requests.stream().map(ProducerClientTest::users).toList(),
                contains(List.of("a", "b", "c", "d"), List.of("b", "d"), List.of("d")));
        assertThat(
                server.requests.stream().map(NotifyRequest::getIdempotencyKey).distinct().toList(),
                hasSize(1));
    }

    @Test
    void throwsWhenSomeTargetsFailAndTellsWhich() {
        server.failChannel("user/b", Code.INVALID_ARGUMENT);

        NotifyException failure =
                assertThrows(
                        NotifyException.class,
                        () -> producer.notify(hello(Target.users(List.of("a", "b")))));

        NotifyResult result = failure.result().orElseThrow();
        assertThat(result.stored().getFirst().channel(), is("user/a"));
        assertThat(result.failed().getFirst().channel(), is("user/b"));
    }

    @Test
    void splitsABatchAndRepeatsOnlyWhatIsMissing() {
        server.failChannel("user/u7", Code.UNAVAILABLE);
        server.failChannel("user/u1400", Code.INVALID_ARGUMENT);

        BatchResult result =
                producer.notifyBatch(
                        IntStream.range(0, 1_500)
                                .mapToObj(i -> hello(Target.user("u" + i)))
                                .toList());

        assertThat(result.items(), hasSize(1_500));
        assertThat(result.incomplete(), contains(1_400));
        assertThat(server.batchSizes, contains(1_000, 1, 500));
    }

    @Test
    void repeatsABatchCallThatFailedAsAWhole() {
        server.callFaults.add(Status.UNAVAILABLE.asRuntimeException());

        assertThat(
                producer.notifyBatch(List.of(hello(Target.topic("news")), hello(Target.user("a"))))
                        .allStored(),
                is(true));
        assertThat(server.batchSizes, contains(2, 2));
    }

    @Test
    void getsAnotherTokenOnceWhenTheServerRefusesIt() {
        try (ProducerClient refreshing = client(reason -> "token-" + reason)) {
            server.callFaults.add(Status.UNAUTHENTICATED.asRuntimeException());

            assertThat(refreshing.notify(hello(Target.user("alice"))).allStored(), is(true));
            assertThat(server.tokens, contains("Bearer token-INITIAL", "Bearer token-REFUSED"));
        }
    }

    @Test
    void saysThatTheServerIsAway() {
        server.close();

        NotifyException failure =
                assertThrows(
                        NotifyException.class, () -> producer.notify(hello(Target.user("alice"))));

        assertThat(failure.code(), is(Code.UNAVAILABLE));
    }

    private ProducerClient client(TokenProvider tokens) {
        return ProducerClient.builder(server.address(), tokens)
                .plaintext()
                .retry(QUICK)
                .deadline(Duration.ofSeconds(20))
                .build();
    }

    private static List<String> users(NotifyRequest request) {
        return List.copyOf(request.getTarget().getUsers().getIdsList());
    }

    private static Notification hello(Target target) {
        return Notification.of(target, "greeting").json("{\"text\":\"hi\"}").build();
    }

    private static StatusRuntimeException status(Code code, Any detail) {
        return StatusProto.toStatusRuntimeException(
                com.google.rpc.Status.newBuilder()
                        .setCode(code.value())
                        .setMessage("refused")
                        .addDetails(detail)
                        .build());
    }
}
