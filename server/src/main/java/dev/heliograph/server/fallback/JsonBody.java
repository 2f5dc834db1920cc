package dev.heliograph.server.fallback;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.server.gateway.FrameDecoder;
import dev.heliograph.server.websocket.HttpDoor.Refused;
import io.helidon.common.buffers.DataReader.InsufficientDataAvailableException;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Bodies of requests and answers: messages in canonical proto3 JSON (C-2). */
final class JsonBody {

    /** A message without fields. */
    static final byte[] EMPTY = "{}".getBytes(UTF_8);

    /** A hundred channels, each with a long name and a position, twice. */
    private static final int MAX_BYTES = 64 * 1024;

    private static final int TOO_LARGE = 413;

    private JsonBody() {}

    /**
     * Reads a request's body. To be called before the request is let in: only until then its time
     * is limited.
     *
     * @throws Refused when it is too large
     * @throws IOException when the peer leaves before its end
     */
    static byte[] read(ServerRequest request) throws Refused, IOException {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        byte[] body;
        try {
            body = request.content().inputStream().readNBytes(MAX_BYTES + 1);
        } catch (InsufficientDataAvailableException | UncheckedIOException e) {
            // Else any stranger could fill the log with what looks like a fault of the server.
            throw new IOException("The peer left within its body", e);
        }
        if (body.length > MAX_BYTES) {
            throw Refused.of(
                    TOO_LARGE,
                    ErrorCode.ERROR_CODE_INVALID_ARGUMENT,
                    0,
                    "The body is larger than " + MAX_BYTES + " bytes");
        }
        return body;
    }

    /**
     * Reads the message in a body.
     *
     * @throws Refused when there is another thing, saying what
     */
    static void parse(byte[] body, Message.Builder into) throws Refused {
        try {
            FrameDecoder.merge(new String(body, UTF_8), into);
        } catch (InvalidProtocolBufferException e) {
            String kind = into.getDescriptorForType().getName();
            throw Refused.badRequest("The body is not a " + kind + ": " + e.getMessage());
        }
    }

    static byte[] of(MessageOrBuilder message) {
        try {
            String json = JsonFormat.printer().omittingInsignificantWhitespace().print(message);
            return json.getBytes(UTF_8);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("An answer has no JSON form", e);
        }
    }
}
