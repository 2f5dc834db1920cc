package dev.heliograph.server;

import dev.heliograph.proto.notify.v1.Notify;
import dev.heliograph.proto.notify.v1.NotifyServiceGrpc;
import dev.heliograph.server.auth.TokenVerifier;
import dev.heliograph.server.notify.AuthInterceptor;
import dev.heliograph.server.notify.LogNotifier;
import dev.heliograph.server.notify.NotifyGrpcService;
import dev.heliograph.server.observe.NotifyMetrics;
import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthProto;
import io.grpc.protobuf.services.HealthStatusManager;
import io.helidon.webserver.grpc.GrpcConfig;
import io.helidon.webserver.grpc.GrpcRouting;
import io.helidon.webserver.http2.Http2Config;
import java.util.List;

/**
 * What the gRPC listener serves: the Notify API behind its token, health and reflection without.
 */
final class NotifyApi {

    /** Above the largest valid batch, so that a somewhat larger one gets an answer. */
    private static final int MAX_MESSAGE_BYTES = 4 << 20;

    /**
     * Calls that a client may cancel in 10 s before its connection is ended. A backend whose
     * deadlines pass all at once is no attacker; 50, the default, would cut it off.
     */
    private static final int MAX_RESETS = 10_000;

    private final HealthStatusManager health = new HealthStatusManager();
    private final LogNotifier notifier;
    private final AuthInterceptor auth;

    NotifyApi(LogNotifier notifier, TokenVerifier verifier, NotifyMetrics metrics) {
        this.notifier = notifier;
        this.auth = new AuthInterceptor(verifier, metrics);
        health.setStatus(NotifyServiceGrpc.SERVICE_NAME, ServingStatus.SERVING);
    }

    GrpcConnections connections() {
        return new GrpcConnections(
                GrpcConfig.builder()
                        .enableCompression(false)
                        .maxReadBufferSize(MAX_MESSAGE_BYTES)
                        .build(),
                Http2Config.builder().maxRapidResets(MAX_RESETS).build());
    }

    GrpcRouting.Builder routing() {
        BindableService notify =
                () ->
                        ServerInterceptors.intercept(
                                new NotifyGrpcService(notifier), auth, new WholeAnswers());
        BindableService healthService = health.getHealthService();
        GrpcRouting.Builder routing =
                GrpcRouting.builder()
                        .service(Notify.getDescriptor(), notify)
                        .service(HealthProto.getDescriptor(), healthService);
        GrpcReflection.addTo(routing, List.of(notify, healthService));
        return routing;
    }

    /** Health says NOT_SERVING from now on. */
    void leave() {
        health.enterTerminalState();
    }
}
