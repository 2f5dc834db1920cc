package dev.heliograph.server;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * Lets {@link AnswerWriter} gather the answers of unary calls, which begin and end in one place.
 */
final class WholeAnswers implements ServerInterceptor {

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        ServerCall.Listener<Q> listener = next.startCall(call, headers);
        return call.getMethodDescriptor().getType() == MethodType.UNARY
                ? new SimpleForwardingServerCallListener<>(listener) {
                    @Override
                    public void onHalfClose() {
                        AnswerWriter.answer(super::onHalfClose);
                    }
                }
                : listener;
    }
}
