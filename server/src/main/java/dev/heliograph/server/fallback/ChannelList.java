package dev.heliograph.server.fallback;

import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.server.auth.Principal;
import dev.heliograph.server.gateway.SubscribeRequest;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.websocket.HttpDoor.Refused;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The channels that a request asks for, checked before a session is opened for them. */
final class ChannelList {

    private ChannelList() {}

    /**
     * The same with a number for each; the user's inbox where there is none.
     *
     * @throws Refused when one may not be subscribed to, or there are more than {@code most}
     */
    static List<Subscribe> check(List<Subscribe> asked, Principal principal, int most)
            throws Refused {
        if (asked.size() > most) {
            throw Refused.badRequest("There are " + asked.size() + " channels, of at most " + most);
        }
        List<Subscribe> checked = new ArrayList<>();
        Set<String> channels = new HashSet<>();
        for (Subscribe each : asked.isEmpty() ? List.of(Subscribe.getDefaultInstance()) : asked) {
            Subscribe.Builder subscribe = each.toBuilder().setSubId(checked.size() + 1);
            if (asked.isEmpty()) {
                subscribe.setChannel(inbox(principal).path());
            }
            if (!channels.add(subscribe.getChannel())) {
                throw Refused.badRequest("Twice the channel '" + subscribe.getChannel() + "'");
            }
            try {
                SubscribeRequest.check(subscribe.build(), principal);
            } catch (SubscribeRequest.Refused e) {
                throw e.code() == ErrorCode.ERROR_CODE_FORBIDDEN
                        ? Refused.of(403, e.code(), 0, e.getMessage())
                        : Refused.of(400, e.code(), 0, e.getMessage());
            }
            checked.add(subscribe.build());
        }
        return checked;
    }

    static Channel inbox(Principal principal) {
        return Channel.user(principal.tenant(), principal.subject());
    }
}
