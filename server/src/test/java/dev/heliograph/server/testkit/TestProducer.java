package dev.heliograph.server.testkit;

import com.google.protobuf.ByteString;
import dev.heliograph.proto.notify.v1.Content;
import dev.heliograph.proto.notify.v1.NotifyRequest;
import dev.heliograph.proto.notify.v1.NotifyServiceGrpc;
import dev.heliograph.proto.notify.v1.NotifyServiceGrpc.NotifyServiceBlockingStub;
import dev.heliograph.proto.notify.v1.Target;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.TimeUnit;

/** A backend on a real gRPC connection. */
public final class TestProducer implements AutoCloseable {

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final ManagedChannel channel;

    /** Connects with the first call. */
    public TestProducer(int grpcPort) {
        this(grpcPort, InsecureChannelCredentials.create());
    }

    /** The same with TLS, say. */
    public TestProducer(int grpcPort, ChannelCredentials credentials) {
        channel = NettyChannelBuilder.forAddress("127.0.0.1", grpcPort, credentials).build();
    }

    /** The connection, for other services. */
    public ManagedChannel channel() {
        return channel;
    }

    /** The Notify API as who holds this token, with 10 s for each call. */
    public NotifyServiceBlockingStub api(String token) {
        Metadata headers = new Metadata();
        headers.put(AUTHORIZATION, "Bearer " + token);
        return NotifyServiceGrpc.newBlockingStub(channel)
                .withInterceptors(
                        MetadataUtils.newAttachHeadersInterceptor(headers), new Deadline());
    }

    /** Stores a notification for a user and returns its id. */
    public String notify(String token, String user) {
        return api(token).notify(request(user)).getResults(0).getStored().getNotificationId();
    }

    /** A valid request for a user. */
    public static NotifyRequest request(String user) {
        return NotifyRequest.newBuilder()
                .setTarget(Target.newBuilder().setUser(user))
                .setContent(
                        Content.newBuilder()
                                .setType("greeting")
                                .setPayload(ByteString.copyFromUtf8("hi")))
                .build();
    }

    @Override
    public void close() {
        channel.shutdownNow();
        try {
            channel.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Keeps a test from waiting for ever. */
    private static final class Deadline implements io.grpc.ClientInterceptor {

        private static final int SECONDS = 10;

        @Override
        public <Q, A> io.grpc.ClientCall<Q, A> interceptCall(
                io.grpc.MethodDescriptor<Q, A> method,
                io.grpc.CallOptions options,
                io.grpc.Channel next) {
            return next.newCall(method, options.withDeadlineAfter(SECONDS, TimeUnit.SECONDS));
        }
    }
}
