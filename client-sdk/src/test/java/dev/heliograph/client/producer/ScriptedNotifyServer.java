package dev.heliograph.client.producer;

import com.google.protobuf.Any;
import com.google.rpc.RetryInfo;
import dev.heliograph.proto.notify.v1.BatchResult;
import dev.heliograph.proto.notify.v1.NotifyBatchRequest;
import dev.heliograph.proto.notify.v1.NotifyBatchResponse;
import dev.heliograph.proto.notify.v1.NotifyRequest;
import dev.heliograph.proto.notify.v1.NotifyResponse;
import dev.heliograph.proto.notify.v1.NotifyServiceGrpc;
import dev.heliograph.proto.notify.v1.Sent;
import dev.heliograph.proto.notify.v1.Stored;
import dev.heliograph.proto.notify.v1.TargetResult;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A real gRPC server that injects faults: the next call fails as scripted, channels fail as often
 * as they are told to.
 */
final class ScriptedNotifyServer extends NotifyServiceGrpc.NotifyServiceImplBase
        implements ServerInterceptor, AutoCloseable {

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    final List<NotifyRequest> requests = new CopyOnWriteArrayList<>();
    final List<Integer> batchSizes = new CopyOnWriteArrayList<>();
    final List<String> tokens = new CopyOnWriteArrayList<>();
    final Queue<StatusRuntimeException> callFaults = new ConcurrentLinkedQueue<>();
    final Map<String, Queue<com.google.rpc.Status>> channelFaults = new ConcurrentHashMap<>();
    private final Server server;

    ScriptedNotifyServer() throws IOException {
        server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(this)
                        .intercept(this)
                        .build()
                        .start();
    }

    String address() {
        return "127.0.0.1:" + server.getPort();
    }

    void failChannel(String channel, Status.Code... codes) {
        Queue<com.google.rpc.Status> faults = new ConcurrentLinkedQueue<>();
        for (Status.Code code : codes) {
            faults.add(
                    com.google.rpc.Status.newBuilder()
                            .setCode(code.value())
                            .setMessage("x")
                            .build());
        }
        channelFaults.put(channel, faults);
    }

    static Any retryInfo(int seconds) {
        return Any.pack(
                RetryInfo.newBuilder()
                        .setRetryDelay(
                                com.google.protobuf.Duration.newBuilder().setSeconds(seconds))
                        .build());
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        tokens.add(headers.get(AUTHORIZATION));
        return Contexts.interceptCall(Context.current(), call, headers, next);
    }

    @Override
    public void notify(NotifyRequest request, StreamObserver<NotifyResponse> answer) {
        requests.add(request);
        StatusRuntimeException fault = callFaults.poll();
        if (fault != null) {
            answer.onError(fault);
            return;
        }
        answer.onNext(answer(request));
        answer.onCompleted();
    }

    @Override
    public void notifyBatch(
            NotifyBatchRequest request, StreamObserver<NotifyBatchResponse> answer) {
        batchSizes.add(request.getRequestsCount());
        StatusRuntimeException fault = callFaults.poll();
        if (fault != null) {
            answer.onError(fault);
            return;
        }
        NotifyBatchResponse.Builder response = NotifyBatchResponse.newBuilder();
        for (NotifyRequest item : request.getRequestsList()) {
            requests.add(item);
            response.addResults(BatchResult.newBuilder().setResponse(answer(item)));
        }
        answer.onNext(response.build());
        answer.onCompleted();
    }

    private NotifyResponse answer(NotifyRequest request) {
        NotifyResponse.Builder response = NotifyResponse.newBuilder();
        List<String> channels =
                switch (request.getTarget().getTargetCase()) {
                    case USER -> List.of("user/" + request.getTarget().getUser());
                    case TOPIC -> List.of("topic/" + request.getTarget().getTopic());
                    default ->
                            request.getTarget().getUsers().getIdsList().stream()
                                    .map(id -> "user/" + id)
                                    .toList();
                };
        for (String channel : channels) {
            TargetResult.Builder result = TargetResult.newBuilder().setChannel(channel);
            var fault = channelFaults.getOrDefault(channel, new ConcurrentLinkedQueue<>()).poll();
            if (fault == null && request.getEphemeral()) {
                result.setSent(Sent.newBuilder().setNotificationId("id").setGateways(3));
            } else if (fault == null) {
                result.setStored(Stored.newBuilder().setNotificationId("id").setSeq(1));
            } else {
                result.setError(fault);
            }
            response.addResults(result);
        }
        return response.build();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
