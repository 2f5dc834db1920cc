package dev.heliograph.server.fallback;

import dev.heliograph.proto.device.v1.Ack;
import dev.heliograph.proto.device.v1.AckRequest;
import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.server.auth.Principal;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.Position;
import dev.heliograph.server.log.SessionDirectory;
import dev.heliograph.server.log.SessionDirectory.Cursor;
import dev.heliograph.server.observe.GatewayMetrics;
import dev.heliograph.server.websocket.HttpDoor.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Acknowledgements of devices that cannot send on their event stream. They go straight to the
 * session directory, so that any gateway can take them.
 */
final class Acks {

    private static final int CONFLICT = 409;

    private final SessionDirectory directory;
    private final GatewayMetrics metrics;
    private final int most;

    Acks(SessionDirectory directory, GatewayMetrics metrics, int most) {
        this.directory = directory;
        this.metrics = metrics;
        this.most = most;
    }

    /**
     * Keeps how far a device has handled its channels.
     *
     * @throws Refused when the request is wrong, or the session is not the device's any more
     */
    void keep(byte[] body, Principal principal) throws Refused {
        AckRequest.Builder asked = AckRequest.newBuilder();
        JsonBody.parse(body, asked);
        String device = asked.getDeviceId();
        if (principal.device().isPresent() && !principal.device().get().equals(device)) {
            throw Refused.badRequest(
                    "deviceId is '" + device + "', and the token binds another device");
        }
        if (device.isEmpty() || asked.getConnectionId().isEmpty() || asked.getAcksCount() == 0) {
            throw Refused.badRequest("deviceId, connectionId and acks have to be there");
        }
        List<Cursor> cursors = cursors(asked.getAcksList(), principal);
        SessionDirectory.Entry session =
                new SessionDirectory.Entry(
                        ChannelList.inbox(principal), device, asked.getConnectionId(), 0);
        boolean kept;
        try {
            kept = directory.keep(session, cursors).join();
        } catch (RuntimeException e) {
            throw HttpSession.unavailable();
        }
        if (!kept) {
            throw Refused.of(
                    CONFLICT,
                    ErrorCode.ERROR_CODE_NOT_SUBSCRIBED,
                    0,
                    "The connection '"
                            + asked.getConnectionId()
                            + "' is not the device's any more");
        }
        long now = System.currentTimeMillis();
        cursors.forEach(each -> metrics.acked(now - each.position().orElseThrow().id().ms()));
    }

    private List<Cursor> cursors(List<Ack> acks, Principal principal) throws Refused {
        List<Subscribe> channels =
                acks.stream()
                        .map(
                                ack ->
                                        Subscribe.newBuilder()
                                                .setChannel(ack.getChannel())
                                                .setPosition(ack.getPosition())
                                                .build())
                        .toList();
        List<Cursor> cursors = new ArrayList<>();
        for (Subscribe each : ChannelList.check(channels, principal, most)) {
            Position position =
                    Position.parse(each.getPosition())
                            .orElseThrow(
                                    () ->
                                            Refused.badRequest(
                                                    "The ack of '"
                                                            + each.getChannel()
                                                            + "' has no position"));
            cursors.add(
                    new Cursor(
                            Channel.parse(principal.tenant(), each.getChannel()).orElseThrow(),
                            Optional.of(position),
                            false,
                            Optional.empty()));
        }
        return cursors;
    }
}
