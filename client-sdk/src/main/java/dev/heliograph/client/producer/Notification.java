package dev.heliograph.client.producer;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.heliograph.client.Priority;
import dev.heliograph.proto.notify.v1.Content;
import dev.heliograph.proto.notify.v1.NotifyRequest;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What to send to whom. The server checks the fields and names each that is wrong, see {@link
 * NotifyException}.
 *
 * {@snippet :
 * Notification.of(Target.user("alice"), "greeting").json("{\"text\":\"hi\"}").build();
 * }
 *
 * @param target who gets it
 * @param type the app's name for this kind of notification: a letter, then up to 63 of A–Z a–z 0–9
 *     . _ -
 * @param payload 1 to 65,536 bytes
 * @param contentType media type of the payload
 * @param attributes at most 32 pairs; keys of 1 to 64 bytes, values of at most 512
 * @param ttl how long it is worth delivering, at least 1 s; empty: as long as the log keeps it
 * @param idempotencyKey within the server's window (10 minutes unless configured) the same key
 *     stores nothing twice; empty: none
 * @param ackLevel what it has to survive before the call succeeds
 * @param priority how much it matters that it comes soon
 * @param ephemeral only for devices that are connected and not behind at this moment, and stored
 *     nowhere
 */
public record Notification(
        Target target,
        String type,
        ByteString payload,
        String contentType,
        Map<String, String> attributes,
        Optional<java.time.Duration> ttl,
        String idempotencyKey,
        AckLevel ackLevel,
        Priority priority,
        boolean ephemeral) {

    /** Refuses null. */
    public Notification {
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(payload, "payload");
        Objects.requireNonNull(contentType, "contentType");
        attributes = Map.copyOf(attributes);
        Objects.requireNonNull(ttl, "ttl");
        Objects.requireNonNull(idempotencyKey, "idempotencyKey");
        Objects.requireNonNull(ackLevel, "ackLevel");
        Objects.requireNonNull(priority, "priority");
    }

    /** Describes a notification. */
    public static Builder of(Target target, String type) {
        return new Builder(target, type);
    }

    NotifyRequest toProto() {
        NotifyRequest.Builder request =
                NotifyRequest.newBuilder()
                        .setTarget(Target.toProto(target))
                        .setContent(
                                Content.newBuilder()
                                        .setType(type)
                                        .setPayload(payload)
                                        .setContentType(contentType)
                                        .putAllAttributes(attributes))
                        .setIdempotencyKey(idempotencyKey)
                        .setPriority(toProto(priority))
                        .setEphemeral(ephemeral);
        if (!ephemeral || ackLevel != AckLevel.ACCEPTED) {
            request.setAckLevel(ackLevel.toProto());
        }
        ttl.ifPresent(
                time ->
                        request.setTtl(
                                Duration.newBuilder()
                                        .setSeconds(time.getSeconds())
                                        .setNanos(time.getNano())));
        return request.build();
    }

    private static dev.heliograph.proto.notify.v1.Priority toProto(Priority priority) {
        return switch (priority) {
            case LOW -> dev.heliograph.proto.notify.v1.Priority.PRIORITY_LOW;
            case NORMAL -> dev.heliograph.proto.notify.v1.Priority.PRIORITY_NORMAL;
            case HIGH -> dev.heliograph.proto.notify.v1.Priority.PRIORITY_HIGH;
            case CRITICAL -> dev.heliograph.proto.notify.v1.Priority.PRIORITY_CRITICAL;
        };
    }

    /** Describes a notification. */
    public static final class Builder {

        private final Target target;
        private final String type;
        private ByteString payload = ByteString.EMPTY;
        private String contentType = "application/octet-stream";
        private final Map<String, String> attributes = new TreeMap<>();
        private Optional<java.time.Duration> ttl = Optional.empty();
        private Optional<String> idempotencyKey = Optional.empty();
        private AckLevel ackLevel = AckLevel.ACCEPTED;
        private Priority priority = Priority.NORMAL;
        private boolean ephemeral;

        private Builder(Target target, String type) {
            this.target = target;
            this.type = type;
        }

        /** A JSON payload. */
        public Builder json(String json) {
            return payload(ByteString.copyFromUtf8(json), "application/json");
        }

        /** A plain text payload. */
        public Builder text(String text) {
            return payload(ByteString.copyFromUtf8(text), "text/plain; charset=utf-8");
        }

        /** Any payload, with its media type. */
        public Builder payload(ByteString bytes, String mediaType) {
            this.payload = bytes;
            this.contentType = mediaType;
            return this;
        }

        /** A small key-value pair beside the payload. */
        public Builder attribute(String key, String value) {
            attributes.put(key, value);
            return this;
        }

        /** How long it is worth delivering. */
        public Builder ttl(java.time.Duration time) {
            this.ttl = Optional.of(time);
            return this;
        }

        /**
         * Makes repeats harmless, also over restarts of the app: 1 to 128 bytes of printable ASCII.
         * By default a random key, which covers the client's own retries.
         */
        public Builder idempotencyKey(String key) {
            this.idempotencyKey = Optional.of(key);
            return this;
        }

        /**
         * What it has to survive before the call succeeds; {@link AckLevel#ACCEPTED} by default.
         */
        public Builder ackLevel(AckLevel level) {
            this.ackLevel = level;
            return this;
        }

        /** How much it matters that it comes soon; {@link Priority#NORMAL} by default. */
        public Builder priority(Priority how) {
            this.priority = how;
            return this;
        }

        /**
         * Only for devices that are connected and not behind at this moment, such as that somebody
         * types. It is stored nowhere and tried once: who is away or slow never gets it. The server
         * refuses an idempotency key, a ttl, an ack level or {@link Priority#CRITICAL} with it.
         */
        public Builder ephemeral() {
            this.ephemeral = true;
            return this;
        }

        /** The notification. */
        public Notification build() {
            return new Notification(
                    target,
                    type,
                    payload,
                    contentType,
                    attributes,
                    ttl,
                    idempotencyKey.orElseGet(() -> ephemeral ? "" : UUID.randomUUID().toString()),
                    ackLevel,
                    priority,
                    ephemeral);
        }
    }
}
