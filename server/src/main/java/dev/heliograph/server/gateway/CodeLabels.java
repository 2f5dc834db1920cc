package dev.heliograph.server.gateway;

import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.proto.device.v1.Codes;
import dev.heliograph.proto.device.v1.ErrorCode;

/** Labels of codes, as {@code codes.proto} states them. */
public final class CodeLabels {

    private CodeLabels() {}

    /** The reason of a close frame with this code (G-1). */
    public static String of(CloseCode code) {
        return code.getValueDescriptor().getOptions().getExtension(Codes.info).getLabel();
    }

    /** What a verdict with this code is called (C-6). */
    public static String of(ErrorCode code) {
        return code.getValueDescriptor().getOptions().getExtension(Codes.info).getLabel();
    }
}
