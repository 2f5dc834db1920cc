package dev.heliograph.server.notify;

import dev.heliograph.proto.notify.v1.NotifyBatchRequest;
import dev.heliograph.proto.notify.v1.NotifyBatchResponse;
import dev.heliograph.proto.notify.v1.NotifyRequest;
import dev.heliograph.proto.notify.v1.NotifyResponse;
import dev.heliograph.proto.notify.v1.NotifyServiceGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/** The Notify API on gRPC. Each call has a virtual thread of its own and may block. */
public final class NotifyGrpcService extends NotifyServiceGrpc.NotifyServiceImplBase {

    private static final System.Logger LOGGER = System.getLogger(NotifyGrpcService.class.getName());

    private final LogNotifier notifier;

    /** Answers with what the notifier says. */
    public NotifyGrpcService(LogNotifier notifier) {
        this.notifier = notifier;
    }

    @Override
    public void notify(NotifyRequest request, StreamObserver<NotifyResponse> answer) {
        answer(answer, () -> notifier.notify(tenant(), request));
    }

    @Override
    public void notifyBatch(
            NotifyBatchRequest request, StreamObserver<NotifyBatchResponse> answer) {
        answer(answer, () -> notifier.notifyBatch(tenant(), request));
    }

    private static String tenant() {
        return AuthInterceptor.CALLER.get().tenant();
    }

    private static <A> void answer(StreamObserver<A> observer, Supplier<A> call) {
        A answer;
        try {
            answer = call.get();
        } catch (StatusRuntimeException e) {
            observer.onError(e);
            return;
        } catch (RuntimeException e) {
            LOGGER.log(System.Logger.Level.ERROR, "A Notify call failed", e);
            observer.onError(
                    Status.INTERNAL
                            .withDescription("The server failed; its log has the reason")
                            .asRuntimeException());
            return;
        }
        observer.onNext(answer);
        observer.onCompleted();
    }
}
