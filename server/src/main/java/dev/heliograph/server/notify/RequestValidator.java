package dev.heliograph.server.notify;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import dev.heliograph.proto.notify.v1.AckLevel;
import dev.heliograph.proto.notify.v1.Content;
import dev.heliograph.proto.notify.v1.NotifyRequest;
import dev.heliograph.proto.notify.v1.Priority;
import dev.heliograph.proto.notify.v1.Target;
import dev.heliograph.server.log.Channel;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks a request field by field against the limits that notify.proto states. */
final class RequestValidator {

    /** A call names as many users as its results fit an answer of some 100 KB. */
    static final int MAX_USERS = 1_000;

    /** Devices on mobile networks should not wait for more. */
    static final int MAX_PAYLOAD_BYTES = 65_536;

    private static final int MAX_CONTENT_TYPE_BYTES = 128;
    private static final int MAX_ATTRIBUTES = 32;
    private static final int MAX_ATTRIBUTE_KEY_BYTES = 64;
    private static final int MAX_ATTRIBUTE_VALUE_BYTES = 512;
    private static final int MAX_KEY_CHARS = 128;
    private static final Duration MIN_TTL = Durations.fromSeconds(1);
    private static final Pattern TYPE = Pattern.compile("[A-Za-z][A-Za-z0-9._-]{0,63}");
    private static final Pattern PRINTABLE = Pattern.compile("[ -~]*");
    private static final String NAME_RULE =
            "has to be 1 to 128 bytes of UTF-8 without control characters and white space";

    private final Duration maxTtl;

    RequestValidator(java.time.Duration retention) {
        this.maxTtl = Durations.fromMillis(retention.toMillis());
    }

    /** Everything that is wrong with the request; empty when it is fine. */
    Violations check(NotifyRequest request) {
        Violations violations = new Violations();
        target(request.getTarget(), violations);
        if (request.hasContent()) {
            content(request.getContent(), violations);
        } else {
            violations.add("content", "is required");
        }
        String key = request.getIdempotencyKey();
        if (key.length() > MAX_KEY_CHARS || !PRINTABLE.matcher(key).matches()) {
            violations.add(
                    "idempotency_key", "has to be at most 128 characters of printable ASCII", key);
        }
        if (request.hasTtl()) {
            ttl(request.getTtl(), violations);
        }
        if (request.getPriority() == Priority.UNRECOGNIZED) {
            violations.add(
                    "priority",
                    "has to be LOW, NORMAL, HIGH or CRITICAL, not number "
                            + request.getPriorityValue());
        }
        if (request.getAckLevel() == AckLevel.UNRECOGNIZED) {
            violations.add(
                    "ack_level",
                    "has to be ACCEPTED, REPLICATED or FSYNCED, not number "
                            + request.getAckLevelValue());
        }
        if (request.getEphemeral()) {
            ephemeral(request, violations);
        }
        return violations;
    }

    /** What is stored nowhere has nothing to be repeated, kept or survived. */
    private static void ephemeral(NotifyRequest request, Violations violations) {
        if (!request.getIdempotencyKey().isEmpty()) {
            violations.add(
                    "idempotency_key",
                    "has to be empty with ephemeral: nothing is remembered, and a repeat is another"
                            + " notification");
        }
        if (request.hasTtl()) {
            violations.add(
                    "ttl", "has to be absent with ephemeral: it is for this moment, or for nobody");
        }
        if (request.getPriority() == Priority.PRIORITY_CRITICAL) {
            violations.add(
                    "priority",
                    "has to be LOW, NORMAL or HIGH with ephemeral, which devices that are behind do"
                            + " not get");
        }
        if (request.getAckLevelValue() != AckLevel.ACK_LEVEL_UNSPECIFIED_VALUE) {
            violations.add(
                    "ack_level", "has to be unspecified with ephemeral, which is stored nowhere");
        }
    }

    private static void target(Target target, Violations violations) {
        switch (target.getTargetCase()) {
            case USER -> name("target.user", target.getUser(), violations);
            case TOPIC -> name("target.topic", target.getTopic(), violations);
            case USERS -> users(target.getUsers().getIdsList(), violations);
            case TARGET_NOT_SET ->
                    violations.add("target", "is required: one of user, users and topic");
        }
    }

    private static void users(List<String> ids, Violations violations) {
        if (ids.isEmpty() || ids.size() > MAX_USERS) {
            violations.add(
                    "target.users.ids",
                    "has to hold 1 to %d ids, not %d".formatted(MAX_USERS, ids.size()));
            return;
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < ids.size(); i++) {
            String field = "target.users.ids[" + i + "]";
            name(field, ids.get(i), violations);
            if (!seen.add(ids.get(i))) {
                violations.add(field, "repeats an id of the list", ids.get(i));
            }
        }
    }

    private static void name(String field, String name, Violations violations) {
        if (!Channel.validName(name)) {
            violations.add(field, NAME_RULE, name);
        }
    }

    private static void content(Content content, Violations violations) {
        if (!TYPE.matcher(content.getType()).matches()) {
            violations.add(
                    "content.type",
                    "has to be a letter, then up to 63 of A-Z a-z 0-9 . _ -",
                    content.getType());
        }
        ByteString payload = content.getPayload();
        if (payload.isEmpty() || payload.size() > MAX_PAYLOAD_BYTES) {
            violations.add(
                    "content.payload",
                    "has to have 1 to %d bytes, not %d"
                            .formatted(MAX_PAYLOAD_BYTES, payload.size()));
        }
        String type = content.getContentType();
        if (type.length() > MAX_CONTENT_TYPE_BYTES || !PRINTABLE.matcher(type).matches()) {
            violations.add(
                    "content.content_type",
                    "has to be a media type of at most 128 bytes of printable ASCII",
                    type);
        }
        attributes(content.getAttributesMap(), violations);
    }

    private static void attributes(Map<String, String> attributes, Violations violations) {
        if (attributes.size() > MAX_ATTRIBUTES) {
            violations.add(
                    "content.attributes",
                    "has to have at most %d entries, not %d"
                            .formatted(MAX_ATTRIBUTES, attributes.size()));
            return;
        }
        attributes.forEach(
                (key, value) -> {
                    if (key.isEmpty() || bytes(key) > MAX_ATTRIBUTE_KEY_BYTES) {
                        violations.add(
                                "content.attributes", "has a key that is not 1 to 64 bytes", key);
                    }
                    if (bytes(value) > MAX_ATTRIBUTE_VALUE_BYTES) {
                        violations.add(
                                "content.attributes[" + Violations.quote(key) + "]",
                                "has to have at most 512 bytes, not " + bytes(value));
                    }
                });
    }

    private void ttl(Duration ttl, Violations violations) {
        if (!Durations.isValid(ttl)
                || Durations.compare(ttl, MIN_TTL) < 0
                || Durations.compare(ttl, maxTtl) > 0) {
            violations.add(
                    "ttl",
                    "has to be 1s to %s, not %d s %d ns"
                            .formatted(
                                    Durations.toString(maxTtl), ttl.getSeconds(), ttl.getNanos()));
        }
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
