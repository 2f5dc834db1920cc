package dev.heliograph.server;

import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.InternalServer;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.reflection.v1.ServerReflectionProto;
import io.helidon.webserver.grpc.GrpcRouting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Server reflection for a routing of Helidon: gRPC's own service, which asks the server of its call
 * for the services. Helidon has no such server, so each call gets one that knows only them.
 */
final class GrpcReflection implements ServerInterceptor {

    private final Server server;

    private GrpcReflection(List<ServerServiceDefinition> services) {
        this.server = new ServiceList(services);
    }

    /** Adds the service, which lists itself and these. */
    static void addTo(GrpcRouting.Builder routing, List<BindableService> services) {
        BindableService reflection = ProtoReflectionServiceV1.newInstance();
        List<ServerServiceDefinition> all = new ArrayList<>();
        services.forEach(service -> all.add(service.bindService()));
        all.add(reflection.bindService());
        GrpcReflection context = new GrpcReflection(List.copyOf(all));
        routing.service(
                ServerReflectionProto.getDescriptor(),
                () -> ServerInterceptors.intercept(reflection, context));
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return Contexts.interceptCall(
                Context.current().withValue(InternalServer.SERVER_CONTEXT_KEY, server),
                call,
                headers,
                next);
    }

    /** Says what is served; it is never started, the process ends it. */
    private static final class ServiceList extends Server {

        private final List<ServerServiceDefinition> services;

        ServiceList(List<ServerServiceDefinition> services) {
            this.services = services;
        }

        @Override
        public List<ServerServiceDefinition> getServices() {
            return services;
        }

        @Override
        public List<ServerServiceDefinition> getImmutableServices() {
            return services;
        }

        @Override
        public Server start() {
            return this;
        }

        @Override
        public Server shutdown() {
            return this;
        }

        @Override
        public Server shutdownNow() {
            return this;
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return false;
        }

        @Override
        public void awaitTermination() {
            throw new UnsupportedOperationException("This server only lists services");
        }
    }
}
