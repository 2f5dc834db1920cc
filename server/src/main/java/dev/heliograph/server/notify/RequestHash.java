package dev.heliograph.server.notify;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.heliograph.proto.device.v1.Notification;
import dev.heliograph.proto.device.v1.Priority;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.TreeMap;

/**
 * What has to be equal under one idempotency key: type, payload, content type, attributes, ttl and
 * priority. Not the target, so that a repeat may name the users that are still missing.
 */
final class RequestHash {

    private final MessageDigest digest;

    private RequestHash() {
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    /** 43 characters of base64url. */
    static String of(Notification notification, Duration ttl) {
        RequestHash hash = new RequestHash();
        hash.add(notification.getType());
        hash.add(notification.getPayload());
        hash.add(notification.getContentType());
        new TreeMap<>(notification.getAttributesMap())
                .forEach(
                        (key, value) -> {
                            hash.add(key);
                            hash.add(value);
                        });
        hash.add(ttl.getSeconds() + "." + ttl.getNanos());
        if (notification.getPriority() != Priority.PRIORITY_UNSPECIFIED) {
            // Left out for NORMAL: what nodes that know no priority have stored stays the same.
            hash.add(notification.getPriority().name());
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(hash.digest.digest());
    }

    private void add(String text) {
        add(ByteString.copyFrom(text, StandardCharsets.UTF_8));
    }

    /** With the length before it, so that no two lists of parts look alike. */
    private void add(ByteString part) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.size()).flip());
        digest.update(part.asReadOnlyByteBuffer());
    }
}
