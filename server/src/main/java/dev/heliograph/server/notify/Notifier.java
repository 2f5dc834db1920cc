package dev.heliograph.server.notify;

import dev.heliograph.proto.notify.v1.NotifyRequest;
import dev.heliograph.proto.notify.v1.NotifyResponse;

/** Validates and stores notifications, for whatever edge they come in by. */
public interface Notifier {

    /**
     * Stores one notification in every channel of its target.
     *
     * @throws io.grpc.StatusRuntimeException with the code and google.rpc details that the Notify
     *     API documents
     */
    NotifyResponse notify(String tenant, NotifyRequest request);
}
