package dev.heliograph.server.log;

import java.util.Optional;

/**
 * What the session directory held of a device at one moment. Written by {@code attach.lua}, where
 * the form of the text is described.
 *
 * @param inbox the channel of the device's user
 * @param text the directory's entry, empty for a device that it does not know
 */
public record DeviceMemory(Channel inbox, String text) {

    /** Stands for the user's own inbox, of which nearly every device keeps a cursor. */
    private static final String INBOX = "@";

    private static final String UNKNOWN = "?";

    /**
     * What is known of one channel.
     *
     * @param cursor how far the device has handled it, if that is known
     * @param sent the newest place that the device was sent; empty for nothing
     * @param sentUnknown whether it may have been sent anything
     */
    public record Known(Optional<Position> cursor, Optional<Sent> sent, boolean sentUnknown) {

        private static final Known NOTHING = new Known(Optional.empty(), Optional.empty(), false);

        /** The newest seq that the device may have been sent of a log with this head, or 0. */
        public long sentThrough(Position head) {
            if (sentUnknown) {
                return head.seq();
            }
            return sent.filter(it -> Position.sameLife(it.epoch(), head.epoch()))
                    .map(it -> Math.min(it.seq(), head.seq()))
                    .orElse(0L);
        }

        /**
         * Whether a head that may be a little old is enough for {@link #sentThrough}: the device
         * was sent nothing beyond it.
         */
        public boolean isWithin(Position head) {
            return !sentUnknown
                    && sent.filter(it -> Position.sameLife(it.epoch(), head.epoch()))
                            .map(it -> it.seq() <= head.seq())
                            .orElse(true);
        }
    }

    /** A number of a log's life. */
    public record Sent(String epoch, long seq) {

        static Optional<Sent> parse(String token) {
            int dot = token.indexOf('.');
            return dot < 0
                    ? Optional.empty()
                    : Optional.of(
                            new Sent(
                                    token.substring(0, dot),
                                    Long.parseLong(token.substring(dot + 1))));
        }

        String token() {
            return epoch + '.' + seq;
        }
    }

    /** What is known of a channel of the user's tenant. */
    public Known of(Channel channel) {
        if (text.isEmpty()) {
            return Known.NOTHING;
        }
        String name = name(inbox, channel);
        return text.lines()
                .skip(1)
                .filter(line -> line.startsWith(name + ' '))
                .findFirst()
                .map(line -> known(line.split(" ")))
                .orElseGet(() -> new Known(Optional.empty(), Optional.empty(), mayHaveForgotten()));
    }

    private static Known known(String[] parts) {
        Optional<Position> cursor = Position.parse(parts[1]);
        if (parts.length == 2) {
            return new Known(cursor, cursor.map(it -> new Sent(it.epoch(), it.seq())), false);
        }
        return new Known(cursor, Sent.parse(parts[2]), parts[2].equals(UNKNOWN));
    }

    /** Whether a channel without a line may have been subscribed all the same. */
    private boolean mayHaveForgotten() {
        return text.lines().limit(1).anyMatch(line -> line.endsWith(UNKNOWN))
                || text.lines().count() > SessionDirectory.MAX_CURSORS;
    }

    /** How the directory calls a channel. */
    static String name(Channel inbox, Channel channel) {
        return channel.equals(inbox) ? INBOX : channel.path();
    }
}
