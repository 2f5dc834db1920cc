package dev.heliograph.loadtest.swarm;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** The HTTP side of a WebSocket: the request, and what the answer says. */
final class Upgrade {

    /** Larger heads are no answer to an upgrade. */
    static final int MAX_HEAD_BYTES = 16 << 10;

    /* The example of RFC 6455: the key proves nothing about who connects, and one key for all saves a digest each. */
    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    private static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
    private static final ByteBuf END_OF_HEAD =
            Unpooled.unreleasableBuffer(
                    Unpooled.copiedBuffer("\r\n\r\n", StandardCharsets.US_ASCII));
    private static final String SWITCHING = "HTTP/1.1 101";

    private Upgrade() {}

    static ByteBuf request(DeviceProtocol.Handshake handshake) {
        URI uri = handshake.uri();
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        StringBuilder request =
                new StringBuilder(512)
                        .append("GET ")
                        .append(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery())
                        .append(" HTTP/1.1\r\nHost: ")
                        .append(uri.getRawAuthority())
                        .append(
                                "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                                        + KEY
                                        + "\r\n");
        if (!handshake.subprotocols().isEmpty()) {
            request.append("Sec-WebSocket-Protocol: ")
                    .append(String.join(", ", handshake.subprotocols()))
                    .append("\r\n");
        }
        return Unpooled.copiedBuffer(request.append("\r\n"), StandardCharsets.ISO_8859_1);
    }

    /** The head of an answer, once it has come in whole; the reader's index is then behind it. */
    static Optional<String> head(ByteBuf in) {
        int end = ByteBufUtil.indexOf(END_OF_HEAD, in);
        if (end < 0) {
            return Optional.empty();
        }
        int length = end - in.readerIndex() + END_OF_HEAD.readableBytes();
        return Optional.of(in.readCharSequence(length, StandardCharsets.ISO_8859_1).toString());
    }

    /** Why the head is not that of a WebSocket; empty when it is. */
    static Optional<String> refusal(String head) {
        if (!head.startsWith(SWITCHING)) {
            return Optional.of(head.substring(0, head.indexOf('\r')));
        }
        return header(head, "sec-websocket-accept").filter(ACCEPT::equals).isPresent()
                ? Optional.empty()
                : Optional.of("101 with a wrong Sec-WebSocket-Accept");
    }

    /** How long a server asks to wait, in seconds. */
    static int retryAfterSeconds(String head) {
        return header(head, "retry-after")
                .filter(value -> value.matches("\\d{1,4}"))
                .map(Integer::parseInt)
                .orElse(0);
    }

    private static Optional<String> header(String head, String name) {
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst();
    }
}
