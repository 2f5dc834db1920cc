package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.server.log.Position;

/**
 * A place in a channel's log, as a position token tells.
 *
 * @param epoch empty when unknown
 * @param fingerprint of the notification there; empty when unknown
 */
record Place(String epoch, long seq, String fingerprint) {

    /** No place, or a token that cannot be read. */
    static final Place UNKNOWN = new Place("", -1, "");

    static Place of(String token) {
        return token == null || token.isEmpty()
                ? UNKNOWN
                : Position.parse(token)
                        .map(it -> new Place(it.epoch(), it.seq(), it.fingerprint()))
                        .orElse(UNKNOWN);
    }

    boolean isKnown() {
        return seq >= 0;
    }

    /** Whether a notification id is the one at this place. */
    boolean holds(String id) {
        return fingerprint.equals(Position.fingerprint(id));
    }
}
