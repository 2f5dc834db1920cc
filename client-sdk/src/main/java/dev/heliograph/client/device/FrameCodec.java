package dev.heliograph.client.device;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.ServerFrame;

/** Frames to messages and back (C-2). */
final class FrameCodec {

    private static final JsonFormat.Printer PRINTER =
            JsonFormat.printer().omittingInsignificantWhitespace();
    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

    private FrameCodec() {}

    static String toJson(ClientFrame frame) {
        try {
            return PRINTER.print(frame);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(
                    "A client frame has no JSON form: " + frame.getBodyCase(), e);
        }
    }

    static ServerFrame fromJson(String text) throws InvalidProtocolBufferException {
        ServerFrame.Builder frame = ServerFrame.newBuilder();
        PARSER.merge(text, frame);
        return frame.build();
    }

    static ServerFrame fromProto(ByteString bytes) throws InvalidProtocolBufferException {
        return ServerFrame.parseFrom(bytes);
    }
}
