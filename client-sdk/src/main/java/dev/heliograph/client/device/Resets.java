package dev.heliograph.client.device;

import dev.heliograph.client.device.ChannelReset.Reason;
import dev.heliograph.proto.device.v1.Subscribed;
import java.util.Optional;
import java.util.OptionalLong;

/** What a Subscribed says of a channel that does not go on where it was. */
final class Resets {

    private Resets() {}

    /**
     * The reset that an answer means, if any.
     *
     * @param expected the next number, where one is known
     * @param from the position that was asked for; empty when none was
     */
    static Optional<ChannelReset> in(
            Subscribed answer, String channel, OptionalLong expected, String from) {
        return reason(answer, expected).map(it -> of(it, answer, channel, expected, from));
    }

    /** The reset after the gateway refused a position. */
    static ChannelReset ofRefused(
            Subscribed answer, String channel, OptionalLong expected, String refused) {
        return of(Reason.INVALID_POSITION, answer, channel, expected, refused);
    }

    private static Optional<Reason> reason(Subscribed answer, OptionalLong expected) {
        return switch (answer.getOutcome()) {
            case OUTCOME_TRIMMED -> Optional.of(Reason.TRIMMED);
            // One that this version does not know is the most careful one that it does.
            case OUTCOME_EPOCH, OUTCOME_UNSPECIFIED, UNRECOGNIZED -> Optional.of(Reason.EPOCH);
            case OUTCOME_FORK -> Optional.of(Reason.FORK);
            case OUTCOME_OK -> {
                boolean gap = expected.isPresent() && answer.getNextSeq() > expected.getAsLong();
                yield gap ? Optional.of(Reason.GAP) : Optional.empty();
            }
        };
    }

    private static ChannelReset of(
            Reason reason, Subscribed answer, String channel, OptionalLong expected, String from) {
        OptionalLong lastSeq =
                expected.isPresent()
                        ? OptionalLong.of(expected.getAsLong() - 1)
                        : OptionalLong.empty();
        return new ChannelReset(
                channel,
                reason,
                lastSeq,
                from.isEmpty() ? Optional.empty() : Optional.of(from),
                answer.getNextSeq(),
                answer.getPosition(),
                answer.getHeadSeq());
    }
}
