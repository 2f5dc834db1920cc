package dev.heliograph.server.notify;

import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.LogAppender.Appended;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The opaque name of one notification in one channel: base64url of seq, entry id and channel. */
final class Ref {

    private Ref() {}

    static String of(Channel channel, Appended appended) {
        String text = appended.seq() + " " + appended.entryId() + " " + channel.path();
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
