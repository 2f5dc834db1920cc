package dev.heliograph.server.notify;

import dev.heliograph.server.auth.Principal;
import dev.heliograph.server.auth.TokenException;
import dev.heliograph.server.auth.TokenVerifier;
import dev.heliograph.server.observe.NotifyMetrics;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/** Lets calls through whose token holds the scope {@code notify} (T-5). */
public final class AuthInterceptor implements ServerInterceptor {

    /** Who calls. Set in every call that gets through. */
    static final Context.Key<Principal> CALLER = Context.key("heliograph-caller");

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final String BEARER = "Bearer ";

    private final TokenVerifier verifier;
    private final NotifyMetrics metrics;

    /** Checks with this verifier. */
    public AuthInterceptor(TokenVerifier verifier, NotifyMetrics metrics) {
        this.verifier = verifier;
        this.metrics = metrics;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Principal caller;
        try {
            caller = verifier.verify(token(headers));
        } catch (TokenException e) {
            return refuse(call, Status.UNAUTHENTICATED.withDescription(e.getMessage()));
        }
        if (!caller.scopes().contains(Principal.SCOPE_NOTIFY)) {
            return refuse(
                    call,
                    Status.PERMISSION_DENIED.withDescription(
                            "The token's scope does not hold 'notify'"));
        }
        return Contexts.interceptCall(
                Context.current().withValue(CALLER, caller), call, headers, next);
    }

    private static String token(Metadata headers) throws TokenException {
        String value = headers.get(AUTHORIZATION);
        if (value == null || !value.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            throw new TokenException(
                    TokenException.Reason.MALFORMED,
                    "The call has no metadata 'authorization: Bearer <token>'");
        }
        return value.substring(BEARER.length()).strip();
    }

    private <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Status status) {
        metrics.failed(status.getCode().name());
        call.request(1);
        return new ServerCall.Listener<>() {
            /* Not earlier: an answer that overtakes the request may reach the client as INTERNAL. */
            @Override
            public void onHalfClose() {
                call.close(status, new Metadata());
            }
        };
    }
}
