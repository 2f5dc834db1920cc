package dev.heliograph.loadtest.chaos.history;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The content of a notification of a run: its number in the first line, filler after it.
 *
 * <p>The digest is 16 hex digits of the SHA-256 over type, content type, each attribute's key and
 * value in the keys' order, each followed by a zero byte, and the payload. {@code
 * recording-device.mjs} computes the same.
 */
public final class Content {

    /** Type of every notification of a run. */
    public static final String TYPE = "chaos";

    /** Media type of every notification of a run. */
    public static final String MEDIA_TYPE = "text/plain; charset=utf-8";

    private static final Pattern FIRST_LINE = Pattern.compile("op (\\d{1,18})\n");
    private static final int LONGEST_FIRST_LINE = 22;

    /** Enough that an alteration cannot go unseen by chance. */
    private static final int DIGEST_BYTES = 8;

    private Content() {}

    /** A payload of about this size. */
    public static ByteString payload(long op, int bytes) {
        String line = "op " + op + "\n";
        return ByteString.copyFromUtf8(line + "#".repeat(Math.max(0, bytes - line.length())));
    }

    /** The number in a payload; 0 when there is none. */
    public static long op(ByteString payload) {
        String start =
                payload.substring(0, Math.min(payload.size(), LONGEST_FIRST_LINE)).toStringUtf8();
        Matcher line = FIRST_LINE.matcher(start);
        return line.lookingAt() ? Long.parseLong(line.group(1)) : 0;
    }

    /** Digest of a notification's content. */
    public static String digest(
            String type, String mediaType, Map<String, String> attributes, ByteString payload) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            field(digest, type);
            field(digest, mediaType);
            new TreeMap<>(attributes)
                    .forEach(
                            (key, value) -> {
                                field(digest, key);
                                field(digest, value);
                            });
            digest.update(payload.asReadOnlyByteBuffer());
            return HexFormat.of().formatHex(digest.digest(), 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Each Java has SHA-256", e);
        }
    }

    private static void field(MessageDigest digest, String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }
}
