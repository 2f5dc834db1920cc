package dev.heliograph.client.device;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.heliograph.client.Priority;
import dev.heliograph.proto.device.v1.Notification;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One notification, as a handler gets it.
 *
 * @param channel where it was sent, such as {@code user/alice}
 * @param seq its number in the channel; 0 for what is ephemeral
 * @param id unique per channel; no id is handled twice
 * @param type the app's name for this kind of notification
 * @param payload the content
 * @param contentType media type of the payload
 * @param attributes small key-value pairs beside the payload
 * @param createTime when the Notify API accepted it
 * @param expireTime when it stops being worth showing, if it does
 * @param priority how much it matters that it comes soon
 * @param ephemeral it is for this moment and in no log: it was given to devices that were connected
 *     and not behind, and never comes again
 * @param redelivered an earlier run of this app, with the same device id, may have handled it
 *     without its position having been saved; after a crash of a gateway also what no run was given
 *     may be marked. Never set for what was stored after this client first had the channel,
 *     whatever happened to its connections since; never missing for what an earlier run handled, as
 *     long as the gateways remember the device (30 days) and there was no {@link ChannelReset} of
 *     reason EPOCH or FORK that replayed the log
 */
public record Delivery(
        String channel,
        long seq,
        String id,
        String type,
        ByteString payload,
        String contentType,
        Map<String, String> attributes,
        Instant createTime,
        Optional<Instant> expireTime,
        Priority priority,
        boolean ephemeral,
        boolean redelivered) {

    /** The payload as UTF-8 text. */
    public String text() {
        return payload.toStringUtf8();
    }

    static Delivery of(String channel, long seq, Notification notification, boolean redelivered) {
        return new Delivery(
                channel,
                seq,
                notification.getId(),
                notification.getType(),
                notification.getPayload(),
                notification.getContentType(),
                notification.getAttributesMap(),
                instant(notification.getCreateTime()),
                notification.hasExpireTime()
                        ? Optional.of(instant(notification.getExpireTime()))
                        : Optional.empty(),
                priority(notification),
                notification.getEphemeral(),
                redelivered);
    }

    private static Priority priority(Notification notification) {
        return switch (notification.getPriority()) {
            case PRIORITY_LOW -> Priority.LOW;
            case PRIORITY_HIGH -> Priority.HIGH;
            case PRIORITY_CRITICAL -> Priority.CRITICAL;
            case PRIORITY_UNSPECIFIED, PRIORITY_NORMAL, UNRECOGNIZED -> Priority.NORMAL;
        };
    }

    private static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }
}
