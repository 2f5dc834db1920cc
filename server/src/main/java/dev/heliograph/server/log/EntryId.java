package dev.heliograph.server.log;

/**
 * A Redis stream id.
 *
 * @param ms milliseconds of Redis' clock
 * @param n number within the millisecond
 */
public record EntryId(long ms, long n) implements Comparable<EntryId> {

    /** Before every entry. */
    public static final EntryId ZERO = new EntryId(0, 0);

    /** Reads {@code ms-n}. */
    public static EntryId parse(String text) {
        int dash = text.indexOf('-');
        if (dash < 0) {
            throw new NumberFormatException("Not a stream id: " + text);
        }
        return new EntryId(
                Long.parseLong(text, 0, dash, 10),
                Long.parseLong(text, dash + 1, text.length(), 10));
    }

    @Override
    public int compareTo(EntryId other) {
        int byMs = Long.compare(ms, other.ms);
        return byMs != 0 ? byMs : Long.compare(n, other.n);
    }

    @Override
    public String toString() {
        return ms + "-" + n;
    }
}
