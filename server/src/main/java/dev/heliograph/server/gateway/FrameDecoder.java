package dev.heliograph.server.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.heliograph.proto.device.v1.ClientFrame;
import java.nio.charset.StandardCharsets;

/** Reads client frames (C-2). */
final class FrameDecoder {

    private static final JsonFormat.Parser JSON = JsonFormat.parser().ignoringUnknownFields();

    private FrameDecoder() {}

    /**
     * Decodes one message.
     *
     * @throws InvalidProtocolBufferException when it is not a ClientFrame in this encoding
     */
    static ClientFrame decode(Encoding encoding, byte[] message)
            throws InvalidProtocolBufferException {
        if (encoding == Encoding.PROTO) {
            return ClientFrame.parseFrom(message);
        }
        ClientFrame.Builder frame = ClientFrame.newBuilder();
        JSON.merge(new String(message, StandardCharsets.UTF_8), frame);
        return frame.build();
    }
}
