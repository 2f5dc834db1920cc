package dev.heliograph.server.fallback;

import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.server.log.Position;
import dev.heliograph.server.websocket.HttpDoor.Refused;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How far a device has got with each of its channels, and as one text: the event id. That is the
 * position where there is one channel, else {@code hash:position} for each, so that a stream with
 * other channels takes no position for another's.
 */
final class Positions {

    private static final String BETWEEN = ",";
    private static final char BEHIND_HASH = ':';

    private final Map<String, String> byChannel = new LinkedHashMap<>();

    Positions(List<Subscribe> subscribes) {
        subscribes.forEach(each -> byChannel.put(each.getChannel(), each.getPosition()));
    }

    /** The position of a channel; empty when none is known. */
    String of(String channel) {
        return byChannel.getOrDefault(channel, "");
    }

    /** Notes what a frame covers; false when it moves nothing. */
    boolean cover(ServerFrame frame) {
        switch (frame.getBodyCase()) {
            case SUBSCRIBED ->
                    byChannel.put(
                            frame.getSubscribed().getChannel(),
                            frame.getSubscribed().getPosition());
            case DELIVER -> {
                if (frame.getDeliver().getPosition().isEmpty()) {
                    return false;
                }
                byChannel.put(frame.getDeliver().getChannel(), frame.getDeliver().getPosition());
            }
            case SKIP -> byChannel.put(frame.getSkip().getChannel(), frame.getSkip().getPosition());
            default -> {
                return false;
            }
        }
        return true;
    }

    /** All of it as one text. */
    String eventId() {
        if (byChannel.size() == 1) {
            return byChannel.values().iterator().next();
        }
        return byChannel.entrySet().stream()
                .filter(each -> !each.getValue().isEmpty())
                .map(each -> hash(each.getKey()) + BEHIND_HASH + each.getValue())
                .collect(Collectors.joining(BETWEEN));
    }

    /**
     * Reads {@link #eventId}. What is not of these channels is left out.
     *
     * @throws Refused when it is none
     */
    static Map<String, String> parse(String eventId, List<String> channels) throws Refused {
        if (Position.parse(eventId).isPresent()) {
            if (channels.size() != 1) {
                throw Refused.badRequest(
                        "Last-Event-ID is the position of one channel, and there are "
                                + channels.size()
                                + ": send the newest id of a stream with several");
            }
            return Map.of(channels.getFirst(), eventId);
        }
        Map<String, String> byHash = new HashMap<>();
        for (String each : eventId.split(BETWEEN, -1)) {
            int colon = each.indexOf(BEHIND_HASH);
            Optional<Position> position = Position.parse(each.substring(colon + 1));
            if (colon < 0 || position.isEmpty()) {
                throw Refused.badRequest(
                        "Last-Event-ID is not one that Heliograph issued: drop it and use start");
            }
            byHash.put(each.substring(0, colon), position.get().token());
        }
        return channels.stream()
                .filter(channel -> byHash.containsKey(hash(channel)))
                .collect(Collectors.toMap(it -> it, it -> byHash.get(hash(it))));
    }

    private static String hash(String channel) {
        return Position.fingerprint(channel);
    }
}
