package dev.heliograph.server.log;

import java.util.Objects;
import java.util.Optional;

/**
 * The address of a log.
 *
 * @param tenant the tenant
 * @param kind whose log
 * @param name user id or topic name, see {@link #validName}
 */
public record Channel(String tenant, Kind kind, String name) {

    /** The only tenant until tenants exist. */
    public static final String DEFAULT_TENANT = "default";

    /**
     * Longest user id or topic name, in bytes of UTF-8: names are part of every Redis key and of
     * many frames.
     */
    public static final int MAX_NAME_BYTES = 128;

    /** Whose log a channel is. */
    public enum Kind {
        /** A person's inbox. */
        USER("user/"),
        /** A topic. */
        TOPIC("topic/");

        private final String prefix;

        Kind(String prefix) {
            this.prefix = prefix;
        }
    }

    /** Refuses a malformed name. */
    public Channel {
        Objects.requireNonNull(tenant);
        Objects.requireNonNull(kind);
        if (!validName(name)) {
            throw new IllegalArgumentException(
                    "Not a channel name: it has to be 1 to "
                            + MAX_NAME_BYTES
                            + " bytes of UTF-8 without control characters and white space");
        }
    }

    /** A user's inbox. */
    public static Channel user(String tenant, String id) {
        return new Channel(tenant, Kind.USER, id);
    }

    /** A topic. */
    public static Channel topic(String tenant, String name) {
        return new Channel(tenant, Kind.TOPIC, name);
    }

    /** The channel that a path such as {@code user/alice} names; empty when it is malformed. */
    public static Optional<Channel> parse(String tenant, String path) {
        for (Kind kind : Kind.values()) {
            if (path.startsWith(kind.prefix)) {
                String name = path.substring(kind.prefix.length());
                return validName(name)
                        ? Optional.of(new Channel(tenant, kind, name))
                        : Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** 1 to 128 bytes of UTF-8, no control characters, no white space, no lone surrogates. */
    public static boolean validName(String name) {
        int bytes = 0;
        for (int i = 0; i < name.length() && bytes <= MAX_NAME_BYTES; ) {
            int c = name.codePointAt(i);
            if (Character.isISOControl(c)
                    || Character.isWhitespace(c)
                    || Character.isSpaceChar(c)
                    || Character.getType(c) == Character.SURROGATE) {
                return false;
            }
            bytes += utf8Bytes(c);
            i += Character.charCount(c);
        }
        return bytes > 0 && bytes <= MAX_NAME_BYTES;
    }

    private static int utf8Bytes(int codePoint) {
        if (codePoint < 0x80) {
            return 1;
        }
        return codePoint < 0x800 ? 2 : codePoint < 0x1_0000 ? 3 : 4;
    }

    /** Whether a path is its own, without making that. */
    public boolean isAt(String path) {
        return path.length() == kind.prefix.length() + name.length()
                && path.startsWith(kind.prefix)
                && path.endsWith(name);
    }

    /** What APIs and frames call it: {@code user/alice}. */
    public String path() {
        return kind.prefix + name;
    }
}
