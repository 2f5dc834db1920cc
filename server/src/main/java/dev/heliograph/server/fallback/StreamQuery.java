package dev.heliograph.server.fallback;

import dev.heliograph.proto.device.v1.Start;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.server.auth.Principal;
import dev.heliograph.server.websocket.HttpDoor.Refused;
import io.helidon.common.uri.UriQuery;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the URL and the headers of an event stream ask for.
 *
 * @param device the device id, empty for the one that the token binds
 * @param ticket instead of a token
 * @param channels by path, as they were asked for; empty for the inbox
 * @param start of channels without a position
 * @param lastN of a start LAST_N, else 0
 * @param lastEventId empty for none
 */
record StreamQuery(
        String device,
        Optional<String> ticket,
        List<String> channels,
        Start start,
        int lastN,
        String lastEventId) {

    private static final Set<String> KNOWN =
            Set.of("device", "ticket", "channel", "start", "last_n", "last_event_id");

    private static final Map<String, Start> STARTS =
            Map.of(
                    "HEAD", Start.START_HEAD,
                    "EARLIEST", Start.START_EARLIEST,
                    "LAST_N", Start.START_LAST_N);

    private static final HeaderName LAST_EVENT_ID = HeaderNames.create("Last-Event-ID");

    /**
     * Reads a request.
     *
     * @throws Refused when a parameter is unknown, doubled or malformed, naming it with its value
     */
    static StreamQuery parse(ServerRequest request) throws Refused {
        UriQuery query = request.query();
        for (String name : query.names()) {
            if (!KNOWN.contains(name)) {
                throw Refused.badRequest(
                        "Unknown parameter '"
                                + name
                                + "': there are device, ticket, channel,"
                                + " start, last_n and last_event_id");
            }
        }
        String start = one(query, "start").orElse("HEAD");
        if (!STARTS.containsKey(start)) {
            throw Refused.badRequest(
                    "start has to be HEAD, EARLIEST or LAST_N, not '" + start + "'");
        }
        String header = request.headers().first(LAST_EVENT_ID).orElse("");
        return new StreamQuery(
                one(query, "device").orElse(""),
                one(query, "ticket"),
                query.contains("channel") ? query.all("channel") : List.of(),
                STARTS.get(start),
                lastN(query),
                header.isEmpty() ? one(query, "last_event_id").orElse("") : header);
    }

    /**
     * What a session is asked for.
     *
     * @throws Refused when it would refuse
     */
    List<Subscribe> subscribes(Principal principal, int most) throws Refused {
        List<String> paths =
                channels.isEmpty() ? List.of(ChannelList.inbox(principal).path()) : channels;
        Map<String, String> positions =
                lastEventId.isEmpty() ? Map.of() : Positions.parse(lastEventId, paths);
        return ChannelList.check(
                paths.stream()
                        .map(
                                path ->
                                        Subscribe.newBuilder()
                                                .setChannel(path)
                                                .setPosition(positions.getOrDefault(path, ""))
                                                .setStart(start)
                                                .setLastN(lastN)
                                                .build())
                        .toList(),
                principal,
                most);
    }

    private static int lastN(UriQuery query) throws Refused {
        String text = one(query, "last_n").orElse("0");
        try {
            return Integer.parseUnsignedInt(text);
        } catch (NumberFormatException e) {
            throw Refused.badRequest("last_n has to be a number, not '" + text + "'");
        }
    }

    private static Optional<String> one(UriQuery query, String name) throws Refused {
        List<String> values = query.contains(name) ? query.all(name) : List.of();
        if (values.size() > 1) {
            throw Refused.badRequest("More than one " + name);
        }
        return values.stream().findFirst().filter(value -> !value.isEmpty());
    }
}
