package dev.heliograph.server.gateway;

import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.server.auth.Principal;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.log.Position;

/**
 * A Subscribe that may be served.
 *
 * @param channel one that the token allows
 * @param from where to begin
 */
public record SubscribeRequest(Channel channel, From from) {

    /** Most {@code last_n} of a Subscribe: what a log holds by default. */
    private static final int MAX_LAST_N = 1_000;

    /** Why a Subscribe is refused. */
    public static final class Refused extends Exception {

        private static final long serialVersionUID = 1L;

        private final ErrorCode code;

        private Refused(ErrorCode code, String message) {
            super(message);
            this.code = code;
        }

        /** What is wrong with it; the message names the field with its value. */
        public ErrorCode code() {
            return code;
        }
    }

    /**
     * Checks every field.
     *
     * @throws Refused when one is malformed or not allowed, naming it with its value
     */
    public static SubscribeRequest check(Subscribe subscribe, Principal principal) throws Refused {
        if (subscribe.getSubId() == 0) {
            throw new Refused(
                    ErrorCode.ERROR_CODE_INVALID_ARGUMENT,
                    "subscribe.sub_id has to be other than 0");
        }
        String path = subscribe.getChannel();
        Channel channel =
                Channel.parse(principal.tenant(), path)
                        .orElseThrow(
                                () ->
                                        new Refused(
                                                ErrorCode.ERROR_CODE_INVALID_ARGUMENT,
                                                "subscribe.channel has to be user/<id> or"
                                                        + " topic/<name>, not '"
                                                        + path
                                                        + "'"));
        if (!allows(principal, channel)) {
            throw new Refused(
                    ErrorCode.ERROR_CODE_FORBIDDEN, "The token does not allow '" + path + "'");
        }
        return new SubscribeRequest(channel, from(subscribe));
    }

    /** Whether a token lets its bearer read the channel. */
    static boolean allows(Principal principal, Channel channel) {
        return switch (channel.kind()) {
            case USER -> channel.name().equals(principal.subject());
            case TOPIC -> principal.allowsTopic(channel.name());
        };
    }

    private static From from(Subscribe subscribe) throws Refused {
        if (!subscribe.getPosition().isEmpty()) {
            return new From.After(
                    Position.parse(subscribe.getPosition())
                            .orElseThrow(
                                    () ->
                                            new Refused(
                                                    ErrorCode.ERROR_CODE_INVALID_POSITION,
                                                    "subscribe.position is not one that Heliograph"
                                                            + " issued: drop it and use start")));
        }
        return switch (subscribe.getStart()) {
            case START_UNSPECIFIED, START_HEAD -> new From.Head();
            case START_EARLIEST -> new From.Earliest();
            case START_LAST_N -> lastN(subscribe.getLastN());
            case UNRECOGNIZED ->
                    throw new Refused(
                            ErrorCode.ERROR_CODE_INVALID_ARGUMENT,
                            "subscribe.start is not known: " + subscribe.getStartValue());
        };
    }

    private static From lastN(int count) throws Refused {
        if (count < 1 || count > MAX_LAST_N) {
            throw new Refused(
                    ErrorCode.ERROR_CODE_INVALID_ARGUMENT,
                    "subscribe.last_n has to be 1 to "
                            + MAX_LAST_N
                            + ", not "
                            + Integer.toUnsignedString(count));
        }
        return new From.LastN(count);
    }
}
