package dev.heliograph.server.notify;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.Timestamps;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.RetryInfo;
import dev.heliograph.proto.device.v1.Notification;
import dev.heliograph.proto.log.v1.Envelope;
import dev.heliograph.proto.notify.v1.AckLevel;
import dev.heliograph.proto.notify.v1.BatchResult;
import dev.heliograph.proto.notify.v1.Content;
import dev.heliograph.proto.notify.v1.NotifyBatchRequest;
import dev.heliograph.proto.notify.v1.NotifyBatchResponse;
import dev.heliograph.proto.notify.v1.NotifyRequest;
import dev.heliograph.proto.notify.v1.NotifyResponse;
import dev.heliograph.proto.notify.v1.NotifyServiceGrpc;
import dev.heliograph.proto.notify.v1.Priority;
import dev.heliograph.proto.notify.v1.Sent;
import dev.heliograph.proto.notify.v1.Stored;
import dev.heliograph.proto.notify.v1.Target;
import dev.heliograph.proto.notify.v1.Users;
import dev.heliograph.server.TestServer;
import dev.heliograph.server.log.LogAppender.Append;
import dev.heliograph.server.log.LogException;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class NotifyApiTest {

    private static final java.time.Duration HOUR = java.time.Duration.ofHours(1);
    private static final FakeLog LOG = new FakeLog();
    private static TestServer server;
    private static ManagedChannel channel;
    private static NotifyServiceGrpc.NotifyServiceBlockingStub api;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        server = new TestServer(directory, LOG, "redis.command-timeout", "250ms");
        channel =
                NettyChannelBuilder.forAddress("127.0.0.1", server.server().grpcPort())
                        .usePlaintext()
                        .build();
        api = withToken("Bearer " + server.issuer().producer("shop", HOUR));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        server.close();
    }

    @Test
    void storesANotificationForAUser() throws InvalidProtocolBufferException {
        NotifyRequest request =
                good("alice").toBuilder()
                        .setTtl(Duration.newBuilder().setSeconds(60))
                        .setContent(content().toBuilder().putAttributes("k", "v"))
                        .build();
        NotifyResponse response = api.notify(request);
        assertThat(response.getResultsList(), hasSize(1));
        assertThat(response.getResults(0).getChannel(), is("user/alice"));
        Stored stored = response.getResults(0).getStored();
        assertThat(stored.getDuplicate(), is(false));
        assertThat(stored.getRef().isEmpty(), is(false));
        Append append = stored(stored.getNotificationId());
        Notification notification = Envelope.parseFrom(append.envelope()).getNotification();
        assertThat(notification.getId(), is(stored.getNotificationId()));
        assertThat(notification.getType(), is("greeting"));
        assertThat(notification.getPayload().toStringUtf8(), is("hi"));
        assertThat(notification.getContentType(), is("application/octet-stream"));
        assertThat(notification.getAttributesMap().get("k"), is("v"));
        assertThat(
                Timestamps.toMillis(notification.getExpireTime())
                        - Timestamps.toMillis(notification.getCreateTime()),
                is(60_000L));
        assertThat(append.idempotency(), is(Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource({
        "PRIORITY_UNSPECIFIED, PRIORITY_UNSPECIFIED",
        "PRIORITY_LOW, PRIORITY_LOW",
        "PRIORITY_NORMAL, PRIORITY_UNSPECIFIED",
        "PRIORITY_HIGH, PRIORITY_HIGH",
        "PRIORITY_CRITICAL, PRIORITY_CRITICAL"
    })
    void storesThePriorityAndLeavesOutNormal(
            Priority asked, dev.heliograph.proto.device.v1.Priority kept)
            throws InvalidProtocolBufferException {
        Stored stored =
                api.notify(good("alice").toBuilder().setPriority(asked).build())
                        .getResults(0)
                        .getStored();
        assertThat(
                Envelope.parseFrom(stored(stored.getNotificationId()).envelope())
                        .getNotification()
                        .getPriority(),
                is(kept));
    }

    @Test
    void refusesTheSameKeyWithAnotherPriority() {
        NotifyRequest request = good("ivo").toBuilder().setIdempotencyKey("as-urgent").build();
        api.notify(request);
        assertThat(
                api.notify(request.toBuilder().setPriority(Priority.PRIORITY_NORMAL).build())
                        .getResults(0)
                        .getStored()
                        .getDuplicate(),
                is(true));
        StatusRuntimeException e =
                assertThrows(
                        StatusRuntimeException.class,
                        () ->
                                api.notify(
                                        request.toBuilder()
                                                .setPriority(Priority.PRIORITY_CRITICAL)
                                                .build()));
        assertThat(e.getStatus().getCode(), is(Status.Code.INVALID_ARGUMENT));
    }

    @Test
    void handsOnWhatIsEphemeralAndSaysThatItIsStoredNowhere()
            throws InvalidProtocolBufferException {
        int before = LOG.appends().size();
        NotifyResponse response =
                api.notify(
                        users("e1", "e2").toBuilder()
                                .setEphemeral(true)
                                .setPriority(Priority.PRIORITY_LOW)
                                .build());
        assertThat(LOG.appends().size(), is(before));
        assertThat(response.getResultsList(), hasSize(2));
        Sent sent = response.getResults(1).getSent();
        assertThat(response.getResults(1).getChannel(), is("user/e2"));
        assertThat(sent.getGateways(), is(FakeLog.GATEWAYS));
        Notification notification = Envelope.parseFrom(LOG.sent().getLast()).getNotification();
        assertThat(notification.getEphemeral(), is(true));
        assertThat(notification.getId(), is(sent.getNotificationId()));
        assertThat(
                notification.getPriority(),
                is(dev.heliograph.proto.device.v1.Priority.PRIORITY_LOW));
    }

    @Test
    void anEphemeralThatGoesNowhereIsAnError() {
        LOG.fail("user/e-away", new LogException.Unavailable("down", null));
        NotifyRequest request = users("e-away", "e3").toBuilder().setEphemeral(true).build();
        NotifyResponse response = api.notify(request);
        assertThat(
                response.getResults(0).getError().getCode(), is(Status.Code.UNAVAILABLE.value()));
        assertThat(response.getResults(1).hasSent(), is(true));
        assertThat(
                failure(good("e-away").toBuilder().setEphemeral(true).build())
                        .getStatus()
                        .getCode(),
                is(Status.Code.UNAVAILABLE));
    }

    @Test
    void storesForEachUserInTheTargetsOrderAndForATopic() {
        NotifyRequest many = users("u3", "u1", "u2");
        assertThat(
                api.notify(many).getResultsList().stream().map(r -> r.getChannel()).toList(),
                contains("user/u3", "user/u1", "user/u2"));
        NotifyRequest topic =
                good("x").toBuilder().setTarget(Target.newBuilder().setTopic("news")).build();
        assertThat(api.notify(topic).getResults(0).getChannel(), is("topic/news"));
    }

    static Stream<Arguments> badFields() {
        Content content = content();
        return Stream.of(
                bad("target", good("a").toBuilder().clearTarget()),
                bad("target.user", good("").toBuilder()),
                bad("target.user", good("a b").toBuilder()),
                bad("target.user", good("a\u0000").toBuilder()),
                bad("target.user", good("ü".repeat(65)).toBuilder()),
                bad(
                        "target.topic",
                        good("a").toBuilder().setTarget(Target.newBuilder().setTopic("\n"))),
                bad("target.users.ids", users().toBuilder()),
                bad(
                        "target.users.ids",
                        users(
                                IntStream.rangeClosed(0, 1000)
                                        .mapToObj(Integer::toString)
                                        .toArray(String[]::new))
                                .toBuilder()),
                bad("target.users.ids[3]", users("a", "b", "c", " ").toBuilder()),
                bad("target.users.ids[2]", users("a", "b", "a").toBuilder()),
                bad("content", good("a").toBuilder().clearContent()),
                bad("content.type", content.toBuilder().setType("")),
                bad("content.type", content.toBuilder().setType("1a")),
                bad("content.type", content.toBuilder().setType("a".repeat(65))),
                bad("content.type", content.toBuilder().setType("a b")),
                bad("content.payload", content.toBuilder().clearPayload()),
                bad(
                        "content.payload",
                        content.toBuilder().setPayload(ByteString.copyFrom(new byte[65_537]))),
                bad("content.content_type", content.toBuilder().setContentType("a".repeat(129))),
                bad("content.content_type", content.toBuilder().setContentType("a\r\nb")),
                bad(
                        "content.attributes",
                        IntStream.range(0, 33)
                                .collect(
                                        content::toBuilder,
                                        (builder, i) -> builder.putAttributes("k" + i, ""),
                                        (a, b) -> {})),
                bad("content.attributes", content.toBuilder().putAttributes("", "v")),
                bad("content.attributes", content.toBuilder().putAttributes("k".repeat(65), "v")),
                bad(
                        "content.attributes[\"k\"]",
                        content.toBuilder().putAttributes("k", "v".repeat(513))),
                bad("idempotency_key", good("a").toBuilder().setIdempotencyKey("k".repeat(129))),
                bad("idempotency_key", good("a").toBuilder().setIdempotencyKey("ü")),
                bad("priority", good("a").toBuilder().setPriorityValue(5)),
                bad("idempotency_key", ephemeral().setIdempotencyKey("k")),
                bad("ttl", ephemeral().setTtl(Duration.newBuilder().setSeconds(60))),
                bad("priority", ephemeral().setPriority(Priority.PRIORITY_CRITICAL)),
                bad("ack_level", ephemeral().setAckLevel(AckLevel.ACK_LEVEL_ACCEPTED)),
                bad("ttl", ttl(0, 999_999_999)),
                bad("ttl", ttl(-5, 0)),
                bad("ttl", ttl(7 * 86_400, 1)),
                bad("ttl", ttl(Long.MAX_VALUE, 0)),
                bad("ttl", ttl(5, -1)));
    }

    @ParameterizedTest
    @MethodSource("badFields")
    void namesTheFieldThatIsWrong(String field, NotifyRequest request) {
        StatusRuntimeException e =
                assertThrows(StatusRuntimeException.class, () -> api.notify(request));
        assertThat(e.getStatus().getCode(), is(Status.Code.INVALID_ARGUMENT));
        assertThat(e.getStatus().getDescription(), containsString(field));
        assertThat(fields(e), is(List.of(field)));
    }

    @Test
    void namesAllFieldsThatAreWrongAtOnceButAnswersInBoundedSize() {
        String[] ids = IntStream.range(0, 1000).mapToObj(i -> "bad " + i).toArray(String[]::new);
        NotifyRequest request =
                NotifyRequest.newBuilder()
                        .setTarget(Target.newBuilder().setUser(""))
                        .setIdempotencyKey("\n")
                        .setTtl(Duration.getDefaultInstance())
                        .build();
        assertThat(
                fields(assertThrows(StatusRuntimeException.class, () -> api.notify(request))),
                contains("target.user", "content", "idempotency_key", "ttl"));
        StatusRuntimeException e =
                assertThrows(StatusRuntimeException.class, () -> api.notify(users(ids)));
        assertThat(e.getStatus().getCode(), is(Status.Code.INVALID_ARGUMENT));
        assertThat(fields(e), hasSize(20));
    }

    @Test
    void acceptsEachFieldAtItsLimit() {
        Content.Builder content =
                content().toBuilder()
                        .setType("A" + "b".repeat(63))
                        .setPayload(ByteString.copyFrom(new byte[65_536]))
                        .setContentType("t".repeat(128));
        IntStream.range(0, 32)
                .forEach(i -> content.putAttributes("%064d".formatted(i), "v".repeat(512)));
        NotifyRequest request =
                good("ü".repeat(64)).toBuilder()
                        .setContent(content)
                        .setIdempotencyKey("~".repeat(128))
                        .setTtl(Duration.newBuilder().setSeconds(7 * 86_400))
                        .build();
        assertThat(api.notify(request).getResults(0).hasStored(), is(true));
        String[] ids = IntStream.range(0, 1000).mapToObj(i -> "many" + i).toArray(String[]::new);
        assertThat(api.notify(users(ids)).getResultsList(), hasSize(1000));
    }

    @Test
    void aRepeatWithTheSameKeyAnswersAsTheFirstDid() {
        NotifyRequest request = good("carol").toBuilder().setIdempotencyKey("k1").build();
        Stored first = api.notify(request).getResults(0).getStored();
        Stored second = api.notify(request).getResults(0).getStored();
        assertThat(second, is(first.toBuilder().setDuplicate(true).build()));
        NotifyRequest wider =
                request.toBuilder().setTarget(users("carol", "dora").getTarget()).build();
        NotifyResponse response = api.notify(wider);
        assertThat(response.getResults(0).getStored().getDuplicate(), is(true));
        assertThat(response.getResults(1).getStored().getDuplicate(), is(false));
    }

    static Stream<NotifyRequest> otherRequests() {
        NotifyRequest base = good("erin").toBuilder().setIdempotencyKey("k2").build();
        return Stream.of(
                with(base, content().toBuilder().setType("other")),
                with(base, content().toBuilder().setPayload(ByteString.copyFromUtf8("ho"))),
                with(base, content().toBuilder().setContentType("text/plain")),
                with(base, content().toBuilder().putAttributes("a", "b")),
                base.toBuilder().setTtl(Duration.newBuilder().setSeconds(9)).build());
    }

    @ParameterizedTest
    @MethodSource("otherRequests")
    void theSameKeyWithAnotherRequestIsRefused(NotifyRequest other) {
        api.notify(good("erin").toBuilder().setIdempotencyKey("k2").build());
        StatusRuntimeException e =
                assertThrows(StatusRuntimeException.class, () -> api.notify(other));
        assertThat(e.getStatus().getCode(), is(Status.Code.INVALID_ARGUMENT));
        assertThat(fields(e), is(List.of("idempotency_key")));
    }

    @Test
    void tellsWhenToRetry() {
        LOG.fail("user/away", new LogException.Unavailable("down", null));
        LOG.fail("user/full", new LogException.Full("OOM"));
        LOG.fail("user/broken", new IllegalStateException("secret"));
        LOG.hang("user/hangs");
        StatusRuntimeException away = failure(good("away"));
        assertThat(away.getStatus().getCode(), is(Status.Code.UNAVAILABLE));
        assertThat(detail(away, RetryInfo.class).getRetryDelay().getNanos(), greaterThan(0));
        StatusRuntimeException full = failure(good("full"));
        assertThat(full.getStatus().getCode(), is(Status.Code.RESOURCE_EXHAUSTED));
        assertThat(detail(full, RetryInfo.class).getRetryDelay().getSeconds(), greaterThan(0L));
        StatusRuntimeException broken = failure(good("broken"));
        assertThat(broken.getStatus().getCode(), is(Status.Code.INTERNAL));
        assertThat(broken.getMessage(), not(containsString("secret")));
        long start = System.nanoTime();
        StatusRuntimeException hangs = failure(good("hangs"));
        assertThat(hangs.getStatus().getCode(), is(Status.Code.UNAVAILABLE));
        assertThat(detail(hangs, RetryInfo.class).hasRetryDelay(), is(true));
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start), lessThan(5L));
    }

    @Test
    void theAckLevelReachesTheLogAndWhatIsMissingIsTold() {
        for (AckLevel level : AckLevel.values()) {
            if (level != AckLevel.UNRECOGNIZED) {
                api.notify(good("level").toBuilder().setAckLevel(level).build());
            }
        }
        assertThat(
                LOG.appends().stream()
                        .filter(append -> append.channel().name().equals("level"))
                        .map(append -> append.level().name())
                        .toList(),
                contains("ACCEPTED", "ACCEPTED", "REPLICATED", "FSYNCED"));
        assertThat(
                failure(good("level").toBuilder().setAckLevelValue(9).build())
                        .getStatus()
                        .getDescription(),
                containsString("ack_level"));
        LOG.fail("user/below", new LogException.Unconfirmed("1 of 2 replicas have it"));
        LOG.fail("user/never", new LogException.Unsupported("There are no replicas"));
        StatusRuntimeException below = failure(good("below"));
        assertThat(below.getStatus().getCode(), is(Status.Code.UNAVAILABLE));
        assertThat(below.getStatus().getDescription(), containsString("1 of 2 replicas"));
        assertThat(detail(below, RetryInfo.class).hasRetryDelay(), is(true));
        StatusRuntimeException never = failure(good("never"));
        assertThat(never.getStatus().getCode(), is(Status.Code.FAILED_PRECONDITION));
        assertThat(
                detail(never, PreconditionFailure.class).getViolations(0).getSubject(),
                is("ack_level"));
    }

    @Test
    void someUsersMayFailWhileOthersAreStored() {
        LOG.fail("user/p1", new LogException.Full("OOM"));
        LOG.fail("user/p2", new LogException.Unavailable("down", null));
        NotifyResponse response = api.notify(users("p1", "fine", "p2"));
        assertThat(
                response.getResults(0).getError().getCode(),
                is(Status.Code.RESOURCE_EXHAUSTED.value()));
        assertThat(response.getResults(1).hasStored(), is(true));
        assertThat(
                response.getResults(2).getError().getCode(), is(Status.Code.UNAVAILABLE.value()));
        assertThat(failure(users("p1", "p2")).getStatus().getCode(), is(Status.Code.UNAVAILABLE));
    }

    @Test
    void eachRequestOfABatchHasItsOwnResult() throws InvalidProtocolBufferException {
        LOG.fail("user/b-away", new LogException.Unavailable("down", null));
        NotifyBatchResponse response =
                api.notifyBatch(
                        batch(
                                good("b1"),
                                good("b 2"),
                                good("b-away"),
                                users("b3", "b-away"),
                                good("b1")));
        List<BatchResult> results = response.getResultsList();
        assertThat(results, hasSize(5));
        assertThat(results.get(0).getResponse().getResults(0).getStored().getSeq(), is(1L));
        assertThat(results.get(1).getError().getCode(), is(Status.Code.INVALID_ARGUMENT.value()));
        assertThat(
                results.get(1)
                        .getError()
                        .getDetails(0)
                        .unpack(BadRequest.class)
                        .getFieldViolations(0)
                        .getField(),
                is("target.user"));
        assertThat(results.get(2).getError().getCode(), is(Status.Code.UNAVAILABLE.value()));
        assertThat(results.get(3).getResponse().getResults(1).hasError(), is(true));
        assertThat(results.get(4).getResponse().getResults(0).getStored().getSeq(), is(2L));
    }

    @Test
    void aBatchIsBoundedInCountAndBytes() {
        NotifyRequest[] tooMany = new NotifyRequest[1001];
        java.util.Arrays.fill(tooMany, good("a"));
        NotifyRequest big = withPayload(65_000);
        NotifyRequest[] tooLarge = new NotifyRequest[17];
        java.util.Arrays.fill(tooLarge, big);
        NotifyRequest[] farTooLarge = new NotifyRequest[45];
        java.util.Arrays.fill(farTooLarge, big);
        for (NotifyBatchRequest batch :
                List.of(batch(), batch(tooMany), batch(tooLarge), batch(farTooLarge))) {
            StatusRuntimeException e =
                    assertThrows(StatusRuntimeException.class, () -> api.notifyBatch(batch));
            assertThat(e.getStatus().getCode(), is(Status.Code.INVALID_ARGUMENT));
            assertThat(fields(e), is(List.of("requests")));
        }
        NotifyRequest[] most = new NotifyRequest[1000];
        java.util.Arrays.fill(most, good("most"));
        assertThat(api.notifyBatch(batch(most)).getResultsList(), hasSize(1000));
    }

    @Test
    void refusesCallsWithoutAGoodTokenOrItsScope() {
        String device = server.issuer().device("alice", List.of(), Optional.empty(), HOUR);
        String old = server.issuer().producer("shop", java.time.Duration.ofHours(-1));
        for (String value :
                new String[] {"", "Bearer", "Bearer x.y.z", "Basic abc", "Bearer " + old}) {
            refused(Status.Code.UNAUTHENTICATED, withToken(value));
        }
        refused(
                Status.Code.UNAUTHENTICATED,
                NotifyServiceGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS));
        refused(Status.Code.PERMISSION_DENIED, withToken("Bearer " + device));
    }

    @Test
    void healthNeedsNoToken() {
        assertThat(
                HealthGrpc.newBlockingStub(channel)
                        .check(
                                HealthCheckRequest.newBuilder()
                                        .setService("heliograph.notify.v1.NotifyService")
                                        .build())
                        .getStatus(),
                is(ServingStatus.SERVING));
    }

    private static void refused(
            Status.Code code, NotifyServiceGrpc.NotifyServiceBlockingStub stub) {
        int before = LOG.appends().size();
        StatusRuntimeException e =
                assertThrows(StatusRuntimeException.class, () -> stub.notify(good("alice")));
        assertThat(e.getStatus().getCode(), is(code));
        assertThat(LOG.appends().size(), is(before));
    }

    private static NotifyServiceGrpc.NotifyServiceBlockingStub withToken(String value) {
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), value);
        return NotifyServiceGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    private static StatusRuntimeException failure(NotifyRequest request) {
        return assertThrows(StatusRuntimeException.class, () -> api.notify(request));
    }

    private static List<String> fields(StatusRuntimeException e) {
        return detail(e, BadRequest.class).getFieldViolationsList().stream()
                .map(FieldViolation::getField)
                .toList();
    }

    private static <M extends Message> M detail(StatusRuntimeException e, Class<M> type) {
        try {
            Any detail = StatusProto.fromThrowable(e).getDetails(0);
            return detail.unpack(type);
        } catch (InvalidProtocolBufferException wrong) {
            throw new AssertionError(wrong);
        }
    }

    private static Append stored(String id) {
        return LOG.appends().stream()
                .filter(append -> append.notificationId().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static Content content() {
        return Content.newBuilder()
                .setType("greeting")
                .setPayload(ByteString.copyFromUtf8("hi"))
                .build();
    }

    private static NotifyRequest.Builder ephemeral() {
        return good("a").toBuilder().setEphemeral(true);
    }

    private static NotifyRequest good(String user) {
        return NotifyRequest.newBuilder()
                .setTarget(Target.newBuilder().setUser(user))
                .setContent(content())
                .build();
    }

    private static NotifyRequest users(String... ids) {
        return good("x").toBuilder()
                .setTarget(Target.newBuilder().setUsers(Users.newBuilder().addAllIds(List.of(ids))))
                .build();
    }

    private static NotifyRequest withPayload(int bytes) {
        return with(
                good("a"), content().toBuilder().setPayload(ByteString.copyFrom(new byte[bytes])));
    }

    private static NotifyRequest with(NotifyRequest request, Content.Builder content) {
        return request.toBuilder().setContent(content).build();
    }

    private static NotifyRequest.Builder ttl(long seconds, int nanos) {
        return good("a").toBuilder()
                .setTtl(Duration.newBuilder().setSeconds(seconds).setNanos(nanos));
    }

    private static Arguments bad(String field, NotifyRequest.Builder request) {
        return Arguments.of(field, request.build());
    }

    private static Arguments bad(String field, Content.Builder content) {
        return Arguments.of(field, with(good("a"), content));
    }

    private static NotifyBatchRequest batch(NotifyRequest... requests) {
        return NotifyBatchRequest.newBuilder().addAllRequests(List.of(requests)).build();
    }
}
