package dev.heliograph.server;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.heliograph.server.notify.FakeLog;
import dev.heliograph.server.testkit.TestProducer;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrpcReflectionTest {

    @TempDir Path directory;

    @Test
    void listsTheServicesAndDescribesThemWithoutAToken() throws Exception {
        try (TestServer server = new TestServer(directory, new FakeLog());
                TestProducer client = new TestProducer(server.server().grpcPort())) {
            ServerReflectionResponse list =
                    ask(client, ServerReflectionRequest.newBuilder().setListServices("*"));
            assertThat(
                    list.getListServicesResponse().getServiceList().stream()
                            .map(ServiceResponse::getName)
                            .sorted()
                            .toList(),
                    contains(
                            "grpc.health.v1.Health",
                            "grpc.reflection.v1.ServerReflection",
                            "heliograph.notify.v1.NotifyService"));

            ServerReflectionResponse file =
                    ask(
                            client,
                            ServerReflectionRequest.newBuilder()
                                    .setFileContainingSymbol("heliograph.notify.v1.NotifyService"));
            List<String> names = new ArrayList<>();
            for (ByteString proto : file.getFileDescriptorResponse().getFileDescriptorProtoList()) {
                names.add(name(proto));
            }
            assertThat(names, hasItem("heliograph/notify/v1/notify.proto"));
            assertThat(names, hasItem("google/protobuf/duration.proto"));

            ServerReflectionResponse unknown =
                    ask(
                            client,
                            ServerReflectionRequest.newBuilder()
                                    .setFileContainingSymbol("no.Such"));
            assertThat(unknown.hasErrorResponse(), is(true));
        }
    }

    private static String name(ByteString proto) throws InvalidProtocolBufferException {
        return FileDescriptorProto.parseFrom(proto).getName();
    }

    private static ServerReflectionResponse ask(
            TestProducer client, ServerReflectionRequest.Builder request) throws Exception {
        CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
        StreamObserver<ServerReflectionRequest> call =
                ServerReflectionGrpc.newStub(client.channel())
                        .serverReflectionInfo(
                                new StreamObserver<>() {
                                    @Override
                                    public void onNext(ServerReflectionResponse value) {
                                        answer.complete(value);
                                    }

                                    @Override
                                    public void onError(Throwable e) {
                                        answer.completeExceptionally(e);
                                    }

                                    @Override
                                    public void onCompleted() {
                                        answer.completeExceptionally(
                                                new IllegalStateException("No answer"));
                                    }
                                });
        call.onNext(request.build());
        ServerReflectionResponse value = answer.get(10, TimeUnit.SECONDS);
        call.onCompleted();
        return value;
    }
}
