package dev.heliograph.server.notify;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.protobuf.ByteString;
import dev.heliograph.proto.notify.v1.Content;
import dev.heliograph.proto.notify.v1.NotifyRequest;
import dev.heliograph.proto.notify.v1.NotifyResponse;
import dev.heliograph.proto.notify.v1.NotifyServiceGrpc;
import dev.heliograph.proto.notify.v1.Target;
import dev.heliograph.server.TestServer;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many calls at once on one connection, without the retries of an SDK. */
class ManyCallsTest {

    private static final int CALLS = 20_000;
    private static final int AT_ONCE = 64;
    private static final Executor DIRECT = Runnable::run;

    @Test
    void eachIsAnswered(@TempDir Path directory) throws Exception {
        try (TestServer server = new TestServer(directory, new FakeLog())) {
            ManagedChannel channel =
                    NettyChannelBuilder.forAddress("127.0.0.1", server.server().grpcPort())
                            .usePlaintext()
                            .disableRetry()
                            .build();
            try {
                assertThat(
                        failures(channel, server.issuer().producer("shop", Duration.ofHours(1))),
                        empty());
            } finally {
                channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
            }
        }
    }

    private static Collection<String> failures(ManagedChannel channel, String token)
            throws InterruptedException {
        Metadata headers = new Metadata();
        headers.put(
                Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
                "Bearer " + token);
        var api =
                NotifyServiceGrpc.newFutureStub(channel)
                        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
        Semaphore inFlight = new Semaphore(AT_ONCE);
        Collection<String> failures = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < CALLS; i++) {
            inFlight.acquire();
            Futures.addCallback(
                    api.notify(request("u" + i)),
                    new FutureCallback<NotifyResponse>() {
                        @Override
                        public void onSuccess(NotifyResponse answer) {
                            inFlight.release();
                        }

                        @Override
                        public void onFailure(Throwable failure) {
                            failures.add(failure.toString());
                            inFlight.release();
                        }
                    },
                    DIRECT);
        }
        inFlight.acquire(AT_ONCE);
        return failures;
    }

    private static NotifyRequest request(String user) {
        return NotifyRequest.newBuilder()
                .setTarget(Target.newBuilder().setUser(user))
                .setContent(
                        Content.newBuilder()
                                .setType("load")
                                .setPayload(ByteString.copyFrom(new byte[200])))
                .build();
    }
}
