package dev.heliograph.server.log;

import java.util.HexFormat;
import java.util.Optional;

/**
 * A place in one channel's log: after the entry that it names.
 *
 * @param epoch 16 hex digits: 8 of the log's life, and 8 that are others whenever it is known to
 *     have lost entries
 * @param seq number of the entry, 0 before the first
 * @param id its stream id
 * @param fingerprint {@link #fingerprint} of its notification; tells it from another entry that got
 *     the same number and id after a failover lost this one
 */
public record Position(String epoch, long seq, EntryId id, String fingerprint) {

    /** Fingerprint of no entry. */
    public static final String NO_FINGERPRINT = "00000000";

    private static final int EPOCH_DIGITS = 16;
    private static final int LIFE_DIGITS = 8;
    private static final int FINGERPRINT_DIGITS = 8;

    /** Beyond any number that comes up, and within a long. */
    private static final int MAX_DIGITS = 16;

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

    /** Reads {@link #token}; empty when it is not one. Each Ack has one, so it is read by hand. */
    public static Optional<Position> parse(String token) {
        int seq = EPOCH_DIGITS + 1;
        int id = token.indexOf('.', seq) + 1;
        int dash = token.indexOf('-', id);
        int fingerprint = token.length() - FINGERPRINT_DIGITS;
        if (id == 0
                || dash < 0
                || fingerprint < dash
                || token.charAt(seq - 1) != '.'
                || token.charAt(fingerprint - 1) != '.'
                || !isHex(token, 0, seq - 1)
                || !isNumber(token, seq, id - 1)
                || !isNumber(token, id, dash)
                || !isNumber(token, dash + 1, fingerprint - 1)
                || !isHex(token, fingerprint, token.length())) {
            return Optional.empty();
        }
        return Optional.of(
                new Position(
                        token.substring(0, seq - 1),
                        Long.parseLong(token, seq, id - 1, 10),
                        new EntryId(
                                Long.parseLong(token, id, dash, 10),
                                Long.parseLong(token, dash + 1, fingerprint - 1, 10)),
                        token.substring(fingerprint)));
    }

    private static boolean isHex(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isNumber(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return to > from && to - from <= MAX_DIGITS;
    }

    /** Whether two epochs are of one life, in which numbers mean the same but for lost entries. */
    public static boolean sameLife(String epoch, String other) {
        return epoch.regionMatches(0, other, 0, LIFE_DIGITS);
    }

    /** What devices keep: opaque to them. */
    public String token() {
        return epoch + '.' + seq + '.' + id + '.' + fingerprint;
    }
}
