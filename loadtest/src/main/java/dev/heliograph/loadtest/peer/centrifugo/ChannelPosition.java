package dev.heliograph.loadtest.peer.centrifugo;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

/** What a device knows of one channel. */
final class ChannelPosition {

    private final String channel;
    /* Empty before the first subscription. */
    private String epoch = "";
    private long offset;

    ChannelPosition(String channel) {
        this.channel = channel;
    }

    String channel() {
        return channel;
    }

    /** What a subscription asks for: to go on from here, or to begin. */
    JsonObject request() {
        JsonObject request = new JsonObject();
        if (!epoch.isEmpty()) {
            request.addProperty("recover", true);
            request.addProperty("epoch", epoch);
            request.addProperty("offset", offset);
        }
        return request;
    }

    /**
     * Goes on where a subscription was answered to begin: after what it brought, which may be newer
     * than its own offset, since it holds what was published meanwhile.
     *
     * @return false when something was lost since the last one
     */
    boolean subscribed(JsonObject result) {
        boolean lost = !epoch.isEmpty() && !isTrue(result.get("recovered"));
        epoch = result.has("epoch") ? result.get("epoch").getAsString() : "";
        offset = offset(result);
        if (result.has("publications")) {
            for (JsonElement publication : result.getAsJsonArray("publications")) {
                offset = Math.max(offset, offset(publication.getAsJsonObject()));
            }
        }
        return !lost;
    }

    /**
     * Takes the position of a publication.
     *
     * @return false when it is not the next one
     */
    boolean next(long publication) {
        boolean isNext = publication == offset + 1;
        offset = publication;
        return isNext;
    }

    /** Fields of 0 are left out. */
    private static long offset(JsonObject object) {
        return object.has("offset") ? object.get("offset").getAsLong() : 0;
    }

    private static boolean isTrue(JsonElement flag) {
        return flag != null && flag.getAsBoolean();
    }
}
