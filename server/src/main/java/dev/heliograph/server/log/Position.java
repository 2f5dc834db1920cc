package dev.heliograph.server.log;

import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in one channel's log: after the entry that it names.
 *
 * @param epoch the log's life, 16 hex digits
 * @param seq number of the entry, 0 before the first
 * @param id its stream id
 * @param fingerprint {@link #fingerprint} of its notification; tells it from another entry that got
 *     the same number and id after a failover lost this one
 */
public record Position(String epoch, long seq, EntryId id, String fingerprint) {

    /** Fingerprint of no entry. */
    public static final String NO_FINGERPRINT = "00000000";

    private static final Pattern TOKEN =
            Pattern.compile("([0-9a-f]{16})\\.(\\d{1,16})\\.(\\d{1,16}-\\d{1,16})\\.([0-9a-f]{8})");

    /**
     * 32 bits of the notification id, as 8 hex digits: FNV-1a, which spreads the random tail of a
     * UUIDv7 well.
     */
    public static String fingerprint(String notificationId) {
        int hash = 0x811c9dc5;
        for (int i = 0; i < notificationId.length(); i++) {
            hash = (hash ^ notificationId.charAt(i)) * 0x01000193;
        }
        return HexFormat.of().toHexDigits(hash);
    }

    /** Reads {@link #token}; empty when it is not one. */
    public static Optional<Position> parse(String token) {
        Matcher matcher = TOKEN.matcher(token);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(
                new Position(
                        matcher.group(1),
                        Long.parseLong(matcher.group(2)),
                        EntryId.parse(matcher.group(3)),
                        matcher.group(4)));
    }

    /** What devices keep: opaque to them. */
    public String token() {
        return epoch + '.' + seq + '.' + id + '.' + fingerprint;
    }
}
