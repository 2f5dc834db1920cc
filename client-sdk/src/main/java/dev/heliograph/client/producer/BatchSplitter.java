package dev.heliograph.client.producer;

import com.google.protobuf.CodedOutputStream;
import dev.heliograph.proto.notify.v1.NotifyBatchRequest;
import dev.heliograph.proto.notify.v1.NotifyRequest;
import java.util.ArrayList;
import java.util.List;

/** Cuts a list of requests into calls within the API's limits, in order. */
final class BatchSplitter {

    /** The API's limit. */
    static final int MAX_ITEMS = 1_000;

    /** The API's limit, for the serialized call. */
    static final int MAX_BYTES = 1 << 20;

    /** An answer has some 150 bytes per target: 1.5 MB here, within gRPC's 4 MB for one message. */
    static final int MAX_TARGETS = 10_000;

    private BatchSplitter() {}

    /**
     * Calls that hold all requests. One that is too large by itself makes a call of its own, for
     * the server to refuse.
     */
    static List<List<NotifyRequest>> split(List<NotifyRequest> requests) {
        List<List<NotifyRequest>> calls = new ArrayList<>();
        List<NotifyRequest> call = new ArrayList<>();
        int bytes = 0;
        int targets = 0;
        for (NotifyRequest request : requests) {
            int size =
                    CodedOutputStream.computeMessageSize(
                            NotifyBatchRequest.REQUESTS_FIELD_NUMBER, request);
            int users = Math.max(1, request.getTarget().getUsers().getIdsCount());
            boolean full =
                    call.size() == MAX_ITEMS
                            || bytes + size > MAX_BYTES
                            || targets + users > MAX_TARGETS;
            if (full && !call.isEmpty()) {
                calls.add(List.copyOf(call));
                call.clear();
                bytes = 0;
                targets = 0;
            }
            call.add(request);
            bytes += size;
            targets += users;
        }
        if (!call.isEmpty()) {
            calls.add(List.copyOf(call));
        }
        return calls;
    }
}
